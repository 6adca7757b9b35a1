package dev.heed.attention;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// What rows keep so that their weights can be computed again, a tile at a time, `[planes, B, H,
/// T]`. Which numbers these are, the normalizer knows, [BlockNormalizer]: for softmax `log Σ
/// exp(score)`, `+∞` for a query that saw nothing.
record RowNumbers(Tensor numbers) {
  /// How many numbers a call has.
  static Shape shape(BoundCall call) {
    AttentionShape shape = call.shape;
    return Shape.of(
        planes(call.attention.normalizer()), shape.batch(), shape.heads(), shape.queries());
  }

  private static int planes(Normalizer normalizer) {
    return switch (normalizer) {
      case Normalizer.Softmax _, Normalizer.Sink _ -> 1;
      case Normalizer.Sigmoid _, Normalizer.Relu _ -> 1;
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ -> 2;
    };
  }

  /// @param row the number of the query over all batches and heads
  void set(int plane, int row, float number) {
    numbers.array()[place(plane, row)] = number;
  }

  float at(int plane, int row) {
    return numbers.array()[place(plane, row)];
  }

  private int place(int plane, int row) {
    return numbers.offset() + plane * (numbers.size() / numbers.axis(0)) + row;
  }
}
