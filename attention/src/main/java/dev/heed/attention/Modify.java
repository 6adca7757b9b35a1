package dev.heed.attention;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Rows;
import dev.heed.kernel.TileMachine;

/// The modifiers of a call on a row of scores, one call each.
record Modify(BoundCall call, Kernels kernels, TileMachine machine) {
  /// Modifies the scores of a tile of one query, in place.
  void row(MapTile row, float[] scores, int at) {
    Rows rows = kernels.rows();
    for (int m = 0; m < call.attention.modifiers().size(); m++) {
      switch (call.attention.modifiers().get(m)) {
        case Modifier.Scale scale ->
            rows.scale((float) scale.factor(row.h()), scores, at, scores, at, row.keys());
        case Modifier.SoftCap(double cap) ->
            rows.softCap((float) cap, scores, at, scores, at, row.keys());
        case Modifier.Alibi _ -> alibi(row, scores, at);
        case Modifier.LearnedScale _ ->
            rows.scale(call.learned("scale", row.h()), scores, at, scores, at, row.keys());
        case Modifier.Bias _ -> {
          BoundBias bias = BoundBias.of(call);
          int from = bias.row(row.b(), row.h(), row.t0()) + row.s0();
          rows.add(scores, at, bias.table().array(), from, scores, at, row.keys());
        }
        case Modifier.T5 t5 -> t5(t5, row, scores, at);
        case Modifier.Expression _ -> expression(call.expression(m), row, scores, at);
      }
    }
  }

  private void expression(BoundExpression expression, MapTile row, float[] scores, int at) {
    machine.row(
        expression.forward.code(),
        expression.forward.uniforms(expression.head(row.h())),
        kernels.lanes(),
        expression.places(row),
        new TileMachine.Row(scores, at, row.keys()));
  }

  private void t5(Modifier.T5 t5, MapTile row, float[] scores, int at) {
    int i = call.input.qPos().at(row.b(), row.t0());
    int heads = call.shape.heads();
    for (int n = 0; n < row.keys(); n++) {
      int bucket = t5.bucket(call.input.kPos().at(row.b(), row.s0() + n) - i);
      scores[at + n] += call.learned("t5", bucket * heads + row.h());
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
