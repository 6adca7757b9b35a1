package dev.heed.attention;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// `log Σ exp(score)` of each query, `[B, H, T]`: all that a backward pass needs to compute weights
/// again; `+∞` for a query that saw nothing.
record LogSums(Tensor numbers) {
  /// How many numbers a call of these lengths has.
  static Shape shape(AttentionShape shape) {
    return Shape.of(shape.batch(), shape.heads(), shape.queries());
  }

  void set(int row, float logSum) {
    numbers.array()[numbers.offset() + row] = logSum;
  }

  float at(int row) {
    return numbers.array()[numbers.offset() + row];
  }
}
