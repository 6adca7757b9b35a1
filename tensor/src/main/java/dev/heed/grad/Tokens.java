package dev.heed.grad;

import dev.heed.tensor.ShapeException;

/// Whole numbers `[B, T]`: token ids or positions.
public record Tokens(int[] ids, int batch, int length) {
  public Tokens {
    if ((long) batch * length != ids.length) {
      throw new ShapeException(
          "tokens: %d numbers do not fill [%d, %d]".formatted(ids.length, batch, length));
    }
  }

  /// One sequence, `[1, T]`.
  public static Tokens of(int... ids) {
    return new Tokens(ids, 1, ids.length);
  }
}
