package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// A cache that keeps the first few positions and the latest ones: what a window and the sinks of
/// [Xiao et al. 2023](https://arxiv.org/abs/2309.17453) can see. It serves as a ring does, with its
/// rows in the order of their arrival: room for a quarter of a window more is filled, then the
/// window is moved to the front.
///
/// Everything that a query of the latest [#append] can see through `window(window)` is held. Memory
/// grows for a longer append and shrinks after it.
public final class SlidingCache implements Cache {
  private static final int LEAST_ROOM = 64;

  private final CacheShape shape;
  private final CacheRows rows;
  private final int window;
  private final int sinks;
  private final int capacity;
  private int held;
  private int length;
  private Lost lost = Lost.NONE;

  /// @param window how many of the latest positions are kept for the next query, its own included
  /// @param sinks how many of the first positions are kept for good
  public SlidingCache(CacheShape shape, int window, int sinks) {
    if (window < 1 || sinks < 0) {
      throw new ShapeException(
          "cache: a window of %d and %d sinks; at least 1 and at least 0 would do"
              .formatted(window, sinks));
    }
    this.shape = shape;
    this.window = window;
    this.sinks = sinks;
    this.capacity = Math.addExact(Math.addExact(sinks, window), Math.max(LEAST_ROOM, window / 4));
    this.rows = new CacheRows(shape, capacity);
  }

  @Override
  public Contents append(HeadView k, HeadView v, Positions positions) {
    shape.check(k, v, positions);
    int count = k.axes().length();
    if (held + count > rows.capacity() || rows.capacity() > capacity) {
      makeRoom(count);
    }
    for (int t = 0; t < count; t++) {
      rows.put(k, v, positions, t, held + t);
    }
    held += count;
    length += count;
    return contents();
  }

  /// Lets go what the next query cannot see, and takes the memory that `count` more rows need.
  private void makeRoom(int count) {
    int first = Math.min(held, sinks);
    int from = Math.max(first, held - (window - 1));
    for (int slot = first; slot < from; slot++) {
      for (int b = 0; b < shape.batch(); b++) {
        lost = lost.with(rows.position(b, slot));
      }
    }
    rows.move(from, first, held - from);
    held -= from - first;
    int wanted = Math.max(capacity, Math.addExact(held, count));
    if (wanted != rows.capacity()) {
      rows.resize(wanted);
    }
  }

  @Override
  public Contents contents() {
    return rows.contents(held, lost);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void truncate(int length) {
    int back = this.length - length;
    boolean whole = lost.isNone();
    int least = whole ? 0 : sinks + window - 1;
    if (length < 0 || back < 0 || held - back < least) {
      throw new ShapeException(
          "cache: cannot roll back from %d to %d positions; %d are held and a window of %d must be left"
              .formatted(this.length, length, held, window));
    }
    held -= back;
    this.length = length;
  }

  @Override
  public void reorder(int... order) {
    shape.checkOrder(order);
    rows.reorder(order, held);
  }

  @Override
  public long bytes() {
    return rows.bytes();
  }
}
