package dev.heed.data;

import dev.heed.grad.Tokens;
import java.util.function.IntToLongFunction;

/// Cuts windows out of data: a row of inputs and, one further, of targets.
final class Windows {
  private Windows() {}

  /// Fails unless there are inputs and targets for one row.
  static void requireOne(TokenData data, BatchShape shape) {
    if (data.size() <= shape.length()) {
      throw new DataException(
          "data: %d tokens are too few for a context of %d; at least %d fit, or a shorter context"
              .formatted(data.size(), shape.length(), shape.length() + 1L));
    }
  }

  /// The batch whose row `b` begins at `start(b)`.
  static Batch batch(TokenData data, BatchShape shape, IntToLongFunction start) {
    int[] inputs = new int[shape.tokens()];
    int[] targets = new int[shape.tokens()];
    for (int row = 0; row < shape.rows(); row++) {
      long from = start.applyAsLong(row);
      data.copy(from, inputs, row * shape.length(), shape.length());
      data.copy(from + 1, targets, row * shape.length(), shape.length());
    }
    return new Batch(tokens(inputs, shape), tokens(targets, shape));
  }

  static Tokens tokens(int[] ids, BatchShape shape) {
    return new Tokens(ids, shape.rows(), shape.length());
  }
}
