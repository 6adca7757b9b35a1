package dev.heed.attention;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Rows;
import dev.heed.kernel.TileMachine;
import dev.heed.tensor.Tensor;

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
        case Modifier.Expression _, Modifier.LearnedAlibi _ ->
            expression(call.expression(m), row, scores, at);
        case Modifier.Forget _ -> forget(row, scores, at);
        case Modifier.Shaw(int reach) -> relative(RelativeKeys.shaw(call, reach), row, scores, at);
        case Modifier.TransformerXl(int reach) ->
            relative(RelativeKeys.transformerXl(call, reach, row.h()), row, scores, at);
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

  private void forget(MapTile row, float[] scores, int at) {
    Tensor q = call.input.parameters().get("forget.q");
    Tensor k = call.input.parameters().get("forget.k");
    float own = q.array()[call.row(q, row.b(), row.h()) + row.t0()];
    int from = call.row(k, row.b(), row.h()) + row.s0();
    for (int n = 0; n < row.keys(); n++) {
      scores[at + n] += own - k.array()[from + n];
    }
  }

  private void relative(RelativeKeys keys, MapTile row, float[] scores, int at) {
    float[] query = keys.query(call.queries, row.b(), row.h(), row.t0());
    int i = call.input.qPos().at(row.b(), row.t0());
    for (int n = 0; n < row.keys(); n++) {
      int index = keys.index(call.input.kPos().at(row.b(), row.s0() + n) - i);
      float sum = RowMap.dot(query, 0, keys.keys().array(), keys.row(index), query.length);
      scores[at + n] += (float) call.scale * sum;
    }
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
