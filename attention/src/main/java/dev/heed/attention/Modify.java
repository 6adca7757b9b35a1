package dev.heed.attention;

import dev.heed.kernel.Rows;

/// The modifiers of a call on a row of scores, one call each.
record Modify(BoundCall call, Rows rows) {
  /// Modifies the scores of a tile of one query, in place.
  void row(MapTile row, float[] scores, int at) {
    for (Modifier modifier : call.attention.modifiers()) {
      switch (modifier) {
        case Modifier.Scale scale ->
            rows.scale((float) scale.factor(row.h()), scores, at, scores, at, row.keys());
        case Modifier.SoftCap(double cap) ->
            rows.softCap((float) cap, scores, at, scores, at, row.keys());
        case Modifier.Alibi _ -> alibi(row, scores, at);
      }
    }
  }

  private void alibi(MapTile row, float[] scores, int at) {
    float slope = (float) Modifier.Alibi.slope(row.h(), call.shape.heads());
    int i = call.input.qPos().at(row.b(), row.t0());
    int[] j = call.input.kPos().array();
    int from = call.input.kPos().row(row.b()) + row.s0();
    for (int n = 0; n < row.keys(); n++) {
      scores[at + n] -= slope * Math.abs(i - j[from + n]);
    }
  }
}
