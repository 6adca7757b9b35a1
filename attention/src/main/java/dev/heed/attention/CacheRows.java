package dev.heed.attention;

import java.util.Arrays;

/// The memory of a cache: rows of keys, of values and positions, in slots.
final class CacheRows {
  private final CacheShape shape;
  private final RowStore keys;
  private final RowStore values;
  private int[] positions = {};
  private int capacity;

  CacheRows(CacheShape shape, int capacity) {
    this.shape = shape;
    this.keys = RowStore.of(shape.numbers(), shape.width());
    this.values = RowStore.of(shape.numbers(), shape.valueWidth());
    resize(capacity);
  }

  int capacity() {
    return capacity;
  }

  long bytes() {
    return keys.bytes() + values.bytes() + 4L * positions.length;
  }

  private int heads() {
    return shape.batch() * shape.groups();
  }

  /// Changes the number of slots; the first ones keep what they hold.
  void resize(int slots) {
    keys.resize(heads(), capacity, slots);
    values.resize(heads(), capacity, slots);
    int[] moved = new int[Math.multiplyExact(shape.batch(), slots)];
    for (int b = 0; b < shape.batch(); b++) {
      System.arraycopy(positions, b * capacity, moved, b * slots, Math.min(capacity, slots));
    }
    positions = moved;
    capacity = slots;
  }

  /// Puts row `t` of `k`, of `v` and of their positions into a slot.
  void put(HeadView k, HeadView v, Positions from, int t, int slot) {
    for (int b = 0; b < shape.batch(); b++) {
      for (int g = 0; g < shape.groups(); g++) {
        int row = (b * shape.groups() + g) * capacity + slot;
        keys.put(k.array(), k.row(b, g, t), row);
        values.put(v.array(), v.row(b, g, t), row);
      }
      positions[b * capacity + slot] = from.at(b, t);
    }
  }

  int position(int b, int slot) {
    return positions[b * capacity + slot];
  }

  /// Moves `count` slots, which may overlap those they move to.
  void move(int from, int to, int count) {
    for (int head = 0; head < heads() && from != to; head++) {
      int row = head * capacity;
      keys.copy(keys, row + from, row + to, count);
      values.copy(values, row + from, row + to, count);
    }
    for (int b = 0; b < shape.batch() && from != to; b++) {
      System.arraycopy(positions, b * capacity + from, positions, b * capacity + to, count);
    }
  }

  /// Gives each batch `b` what batch `order[b]` has in the first `count` slots.
  void reorder(int[] order, int count) {
    CacheRows old = new CacheRows(shape, count);
    for (int b = 0; b < shape.batch(); b++) {
      old.take(this, b, b, count);
    }
    for (int b = 0; b < shape.batch(); b++) {
      if (order[b] != b) {
        take(old, order[b], b, count);
      }
    }
  }

  /// Gives each slot `n` up to the length of `slots` what slot `slots[n]` holds.
  void arrange(int[] slots) {
    CacheRows old = new CacheRows(shape, capacity);
    for (int b = 0; b < shape.batch(); b++) {
      old.take(this, b, b, capacity);
    }
    for (int slot = 0; slot < slots.length; slot++) {
      for (int head = 0; head < heads(); head++) {
        int row = head * capacity;
        keys.copy(old.keys, row + slots[slot], row + slot, 1);
        values.copy(old.values, row + slots[slot], row + slot, 1);
      }
      for (int b = 0; b < shape.batch(); b++) {
        positions[b * capacity + slot] = old.position(b, slots[slot]);
      }
    }
  }

  private void take(CacheRows from, int fromBatch, int batch, int count) {
    for (int g = 0; g < shape.groups(); g++) {
      int source = (fromBatch * shape.groups() + g) * from.capacity;
      int target = (batch * shape.groups() + g) * capacity;
      keys.copy(from.keys, source, target, count);
      values.copy(from.values, source, target, count);
    }
    System.arraycopy(from.positions, fromBatch * from.capacity, positions, batch * capacity, count);
  }

  /// Views of the first `count` slots.
  Cache.Contents contents(int count, Cache.Lost lost) {
    return new Cache.Contents(
        keys.view(axes(count, shape.width()), capacity),
        values.view(axes(count, shape.valueWidth()), capacity),
        new Positions(positions, 0, shape.batch(), count, capacity),
        lost);
  }

  private HeadView.Axes axes(int count, int width) {
    return new HeadView.Axes(shape.batch(), shape.groups(), count, width);
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
