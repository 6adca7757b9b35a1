package dev.heed.attention;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;

/// The memory of a cache: rows of keys, of values and positions, in slots.
final class CacheRows {
  private final CacheShape shape;
  private float[] keys = {};
  private float[] values = {};
  private int[] positions = {};
  private int capacity;

  CacheRows(CacheShape shape, int capacity) {
    this.shape = shape;
    resize(capacity);
  }

  int capacity() {
    return capacity;
  }

  long bytes() {
    return 4L * (keys.length + values.length + positions.length);
  }

  /// Changes the number of slots; the first ones keep what they hold.
  void resize(int slots) {
    keys = resized(keys, shape.width(), slots);
    values = resized(values, shape.valueWidth(), slots);
    int[] moved = new int[Math.multiplyExact(shape.batch(), slots)];
    for (int b = 0; b < shape.batch(); b++) {
      System.arraycopy(positions, b * capacity, moved, b * slots, Math.min(capacity, slots));
    }
    positions = moved;
    capacity = slots;
  }

  private float[] resized(float[] old, int width, int slots) {
    long size = (long) shape.batch() * shape.groups() * slots * width;
    if (size > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "cache: %d slots for %s take %d numbers, an array holds %d"
              .formatted(slots, shape, size, Integer.MAX_VALUE - 8));
    }
    float[] moved = new float[(int) size];
    for (int head = 0; head < shape.batch() * shape.groups(); head++) {
      int count = Math.min(capacity, slots) * width;
      System.arraycopy(old, head * capacity * width, moved, head * slots * width, count);
    }
    return moved;
  }

  /// Puts row `t` of `k`, of `v` and of their positions into a slot.
  void put(HeadView k, HeadView v, Positions from, int t, int slot) {
    for (int b = 0; b < shape.batch(); b++) {
      for (int g = 0; g < shape.groups(); g++) {
        int row = (b * shape.groups() + g) * capacity + slot;
        System.arraycopy(k.array(), k.row(b, g, t), keys, row * shape.width(), shape.width());
        System.arraycopy(
            v.array(), v.row(b, g, t), values, row * shape.valueWidth(), shape.valueWidth());
      }
      positions[b * capacity + slot] = from.at(b, t);
    }
  }

  int position(int b, int slot) {
    return positions[b * capacity + slot];
  }

  /// Moves `count` slots, which may overlap those they move to.
  void move(int from, int to, int count) {
    for (int head = 0; head < shape.batch() * shape.groups() && from != to; head++) {
      int row = head * capacity;
      moveRows(keys, shape.width(), row + from, row + to, count);
      moveRows(values, shape.valueWidth(), row + from, row + to, count);
    }
    for (int b = 0; b < shape.batch() && from != to; b++) {
      System.arraycopy(positions, b * capacity + from, positions, b * capacity + to, count);
    }
  }

  private static void moveRows(float[] array, int width, int from, int to, int count) {
    System.arraycopy(array, from * width, array, to * width, count * width);
  }

  /// Views of the first `count` slots.
  Cache.Contents contents(int count, Cache.Lost lost) {
    return new Cache.Contents(
        view(keys, count, shape.width()),
        view(values, count, shape.valueWidth()),
        new Positions(positions, 0, shape.batch(), count, capacity),
        lost);
  }

  private HeadView view(float[] array, int count, int width) {
    HeadView.Axes axes = new HeadView.Axes(shape.batch(), shape.groups(), count, width);
    int head = capacity * width;
    return new HeadView(array, 0, axes, shape.groups() * head, head, width);
  }

  @Override
  public String toString() {
    return "%d slots of %s, positions from %s"
        .formatted(
            capacity,
            shape,
            Arrays.toString(Arrays.copyOf(positions, Math.min(3, positions.length))));
  }
}
