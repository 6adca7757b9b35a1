package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// A cache that keeps everything, up to a limit; its memory doubles when it is full.
public final class GrowingCache implements Cache {
  private static final int FIRST = 64;

  private final CacheShape shape;
  private final CacheRows rows;
  private final int limit;
  private int length;

  /// @param limit the most positions it may hold
  public GrowingCache(CacheShape shape, int limit) {
    if (limit < 1) {
      throw new ShapeException("cache: a limit of %d positions; at least 1".formatted(limit));
    }
    this.shape = shape;
    this.limit = limit;
    this.rows = new CacheRows(shape, Math.min(FIRST, limit));
  }

  @Override
  public Contents append(HeadView k, HeadView v, Positions positions) {
    shape.check(k, v, positions);
    int longer = length + k.axes().length();
    if (longer > limit) {
      throw new ShapeException(
          "cache: %d more positions do not fit after %d; the limit is %d"
              .formatted(k.axes().length(), length, limit));
    }
    if (longer > rows.capacity()) {
      rows.resize((int) Math.min(limit, Math.max(longer, 2L * rows.capacity())));
    }
    for (int t = 0; t < k.axes().length(); t++) {
      rows.put(k, v, positions, t, length + t);
    }
    length = longer;
    return contents();
  }

  @Override
  public Contents contents() {
    return rows.contents(length, Lost.NONE);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void truncate(int length) {
    if (length < 0 || length > this.length) {
      throw new ShapeException(
          "cache: cannot roll back to %d positions; it holds %d".formatted(length, this.length));
    }
    this.length = length;
  }

  @Override
  public void reorder(int... order) {
    shape.checkOrder(order);
    rows.reorder(order, length);
  }

  @Override
  public long bytes() {
    return rows.bytes();
  }
}
