package dev.heed.layer;

import dev.heed.tensor.ShapeException;

/// How a model width is divided among heads.
///
/// @param queries `H`
/// @param keys `G`, which divides `H`
/// @param width `E`, of queries, keys and values alike
public record Heads(int queries, int keys, int width) {
  public Heads {
    if (queries < 1 || keys < 1 || width < 1 || queries % keys != 0) {
      throw new ShapeException(
          "heads: %d query heads over %d key/value heads of width %d; all must be positive and the second divide the first"
              .formatted(queries, keys, width));
    }
  }

  /// `H · E`.
  public int queryWidth() {
    return Math.multiplyExact(queries, width);
  }

  /// `G · E`.
  public int keyWidth() {
    return Math.multiplyExact(keys, width);
  }
}
