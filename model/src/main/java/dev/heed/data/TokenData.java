package dev.heed.data;

import java.util.Objects;

/// A long sequence of token ids, in memory or in a mapped file. Any number of threads may read it.
public interface TokenData {
  /// How many ids there are.
  long size();

  /// Copies `count` ids from `from` on into `into`, from its element `at` on.
  void copy(long from, int[] into, int at, int count);

  /// The ids of an array, which is not copied.
  static TokenData of(int... ids) {
    return new InMemory(ids);
  }

  /// The ids from `from` (inclusive) to `to` (exclusive), as a view.
  default TokenData slice(long from, long to) {
    Objects.checkFromToIndex(from, to, size());
    return new View(this, from, to - from);
  }

  /// The ids from `from` on, `count` of them.
  default int[] read(long from, int count) {
    int[] ids = new int[count];
    copy(from, ids, 0, count);
    return ids;
  }

  /// The ids of an array.
  @SuppressWarnings("ArrayRecordComponent")
  record InMemory(int[] ids) implements TokenData {
    @Override
    public long size() {
      return ids.length;
    }

    @Override
    public void copy(long from, int[] into, int at, int count) {
      Objects.checkFromIndexSize(from, count, ids.length);
      System.arraycopy(ids, (int) from, into, at, count);
    }
  }

  /// A part of other data.
  record View(TokenData data, long start, long size) implements TokenData {
    @Override
    public void copy(long from, int[] into, int at, int count) {
      Objects.checkFromIndexSize(from, count, size);
      data.copy(start + from, into, at, count);
    }
  }
}
