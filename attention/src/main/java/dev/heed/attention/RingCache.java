package dev.heed.attention;

import dev.heed.tensor.ShapeException;

/// A cache of a fixed size: the first few positions for good, and the latest ones in a ring of
/// slots, where each new one takes the place of the oldest; what a window and the sinks of [Xiao et
/// al. 2023](https://arxiv.org/abs/2309.17453) can see. Nothing is ever moved and no memory is ever
/// taken after the first.
///
/// Everything that a query of the latest [#append] can see through `window(window)` is held, so an
/// append may not be longer than was said. Rows are in the order of their slots, not of their
/// positions, which say where they stand.
public final class RingCache implements Cache {
  private final CacheShape shape;
  private final CacheRows rows;
  private final int window;
  private final int sinks;
  private final int longest;

  /// Slots of the ring, which come after those of the sinks.
  private final int ring;

  /// The number of the position in the ring's first slot.
  private int origin;

  private int length;
  private Lost lost = Lost.NONE;

  /// @param window how many of the latest positions a query sees, its own included
  /// @param sinks how many of the first positions are kept for good
  /// @param longest the most positions of one append
  public RingCache(CacheShape shape, int window, int sinks, int longest) {
    if (window < 1 || sinks < 0 || longest < 1) {
      throw new ShapeException(
          "cache: a ring for a window of %d, %d sinks and appends of %d; at least 1, 0 and 1 would do"
              .formatted(window, sinks, longest));
    }
    this.shape = shape;
    this.window = window;
    this.sinks = sinks;
    this.longest = longest;
    this.ring = Math.addExact(window - 1, longest);
    this.origin = sinks;
    this.rows = new CacheRows(shape, Math.addExact(sinks, ring));
  }

  @Override
  public Contents append(HeadView k, HeadView v, Positions positions) {
    shape.check(k, v, positions);
    int count = k.axes().length();
    if (count > longest) {
      throw new ShapeException(
          "cache: an append of %d positions to a ring made for %d; append them in parts"
              .formatted(count, longest));
    }
    for (int t = 0; t < count; t++, length++) {
      int slot = slot(length);
      for (int b = 0; b < shape.batch() && length >= origin + ring; b++) {
        lost = lost.with(rows.position(b, slot));
      }
      rows.put(k, v, positions, t, slot);
    }
    return contents();
  }

  private int slot(int number) {
    return number < sinks ? number : sinks + (number - origin) % ring;
  }

  /// The number of the oldest position in the ring.
  private int oldest() {
    return Math.max(origin, length - ring);
  }

  private int held() {
    return length <= sinks ? length : sinks + length - oldest();
  }

  @Override
  public Contents contents() {
    return rows.contents(held(), lost);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void truncate(int length) {
    boolean whole = lost.isNone();
    boolean fits = 0 <= length && length <= this.length;
    if (!fits || (!whole && length - (window - 1) < oldest())) {
      throw new ShapeException(
          "cache: cannot roll back from %d to %d positions; %d are held and a window of %d must be left"
              .formatted(this.length, length, held(), window));
    }
    if (this.length > origin + ring) {
      unroll(length);
    }
    this.length = length;
  }

  /// Puts the ring's rows up to `end` in the order of their arrival.
  private void unroll(int end) {
    int first = oldest();
    int[] slots = new int[sinks + end - first];
    for (int slot = 0; slot < slots.length; slot++) {
      slots[slot] = slot < sinks ? slot : slot(first + slot - sinks);
    }
    rows.arrange(slots);
    origin = first;
  }

  @Override
  public void reorder(int... order) {
    shape.checkOrder(order);
    rows.reorder(order, held());
  }

  @Override
  public long bytes() {
    return rows.bytes();
  }
}
