package dev.heed.text;

import java.util.Arrays;

/// Which two neighbours become one token, and how early: an open-addressing table from a pair of
/// ids to rank and id of the merged token.
final class Merges {
  static final long NONE = -1;

  private static final long EMPTY = -1;

  private long[] keys;
  private long[] values;
  private int count;

  Merges(int expected) {
    int capacity = Integer.highestOneBit(Math.max(16, expected)) * 4;
    keys = new long[capacity];
    values = new long[capacity];
    Arrays.fill(keys, EMPTY);
  }

  int count() {
    return count;
  }

  void put(int left, int right, int rank, int merged) {
    int slot = slot(key(left, right));
    count += keys[slot] == EMPTY ? 1 : 0;
    keys[slot] = key(left, right);
    values[slot] = (long) rank << 32 | merged;
    if (2 * count > keys.length) {
      grow();
    }
  }

  /// Rank (upper half) and merged id (lower half) of two neighbours, or [#NONE].
  long get(int left, int right) {
    if ((left | right) < 0) {
      return NONE;
    }
    int slot = slot(key(left, right));
    return keys[slot] == EMPTY ? NONE : values[slot];
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & mask;
    while (keys[slot] != key && keys[slot] != EMPTY) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new long[2 * oldKeys.length];
    Arrays.fill(keys, EMPTY);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldKeys[i] != EMPTY) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
