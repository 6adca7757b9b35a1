package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// The axes of a cache that do not change: `B`, `G`, and the widths of keys and of values.
public record CacheShape(int batch, int groups, int width, int valueWidth) {
  public CacheShape {
    if (batch < 1 || groups < 1 || width < 1 || valueWidth < 1) {
      throw new ShapeException(
          "cache: batch %d, %d heads, widths %d and %d; each must be at least 1"
              .formatted(batch, groups, width, valueWidth));
    }
  }

  void check(HeadView k, HeadView v, Positions positions) {
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
