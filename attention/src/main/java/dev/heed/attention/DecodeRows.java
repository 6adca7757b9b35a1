package dev.heed.attention;

import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;

/// The scores of few queries with all keys, then their weights, for normalizers that must see a
/// whole row: `[B, H, queries, S]`, -∞ where hidden.
record DecodeRows(AttentionShape shape, int queries, Tensor memory) {
  float[] array() {
    return memory.array();
  }

  /// Where the row of a query begins.
  int row(int b, int h, int query) {
    return memory.offset() + ((b * shape.heads() + h) * queries + query) * shape.keys();
  }

  /// Hides everything.
  DecodeRows cleared() {
    memory.fill(Float.NEGATIVE_INFINITY);
    return this;
  }

  /// Turns scores into weights.
  void weigh(BoundCall call, Workers workers) {
    workers.run(
        shape.batch() * shape.heads(),
        (head, _) -> {
          RowNormalizer normalizer = new RowNormalizer(call);
          double[] scores = new double[shape.keys()];
          double[] weights = new double[shape.keys()];
          for (int query = 0; query < queries; query++) {
            int row = row(head / shape.heads(), head % shape.heads(), query);
            for (int s = 0; s < scores.length; s++) {
              scores[s] = memory.array()[row + s];
            }
            normalizer.weigh(head / shape.heads(), head % shape.heads(), scores, weights);
            for (int s = 0; s < scores.length; s++) {
              memory.array()[row + s] = (float) weights[s];
            }
          }
        });
  }
}
