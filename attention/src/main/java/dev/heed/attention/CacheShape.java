package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// What does not change of a cache: the axes `B` and `G`, the widths of keys and of values, and how
/// a number is kept.
public record CacheShape(int batch, int groups, int width, int valueWidth, CacheNumbers numbers) {
  public CacheShape {
    if (batch < 1 || groups < 1 || width < 1 || valueWidth < 1) {
      throw new ShapeException(
          "cache: batch %d, %d heads, widths %d and %d; each must be at least 1"
              .formatted(batch, groups, width, valueWidth));
    }
  }

  /// A cache that keeps numbers as they come.
  public CacheShape(int batch, int groups, int width, int valueWidth) {
    this(batch, groups, width, valueWidth, CacheNumbers.FLOAT);
  }

  public CacheShape withNumbers(CacheNumbers other) {
    return new CacheShape(batch, groups, width, valueWidth, other);
  }

  /// Bytes that the keys and the values of a position take, of all batches and heads.
  public long bytesOfPosition() {
    return (long) batch * groups * (numbers.bytes(width) + numbers.bytes(valueWidth));
  }

  /// Checks that `order` names a batch for each batch.
  void checkOrder(int[] order) {
    if (order.length != batch) {
      throw new ShapeException(
          "cache: an order of %d does not fit batch %d; one number a batch"
              .formatted(order.length, batch));
    }
    for (int from : order) {
      checkBatch(from);
    }
  }

  /// Checks that there is a batch of this number.
  public void checkBatch(int from) {
    if (from < 0 || from >= batch) {
      throw new ShapeException(
          "cache: there is no batch %d among %d; 0 to %d would do"
              .formatted(from, batch, batch - 1));
    }
  }

  /// Checks that keys, values and positions are of this shape, of any length.
  public void check(HeadView k, HeadView v, Positions positions) {
    int length = k.axes().length();
    HeadView.Axes keys = new HeadView.Axes(batch, groups, length, width);
    HeadView.Axes values = new HeadView.Axes(batch, groups, length, valueWidth);
    boolean fits = positions.batch() == 1 || positions.batch() == batch;
    if (!k.axes().equals(keys)
        || !v.axes().equals(values)
        || positions.length() != length
        || !fits) {
      throw new ShapeException(
          "cache: k %s, v %s and positions %s do not fit; [%d, %d, T, %d], [%d, %d, T, %d] and [T] or [%d, T] would"
              .formatted(k, v, positions, batch, groups, width, batch, groups, valueWidth, batch));
    }
  }
}
