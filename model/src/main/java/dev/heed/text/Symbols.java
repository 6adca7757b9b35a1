package dev.heed.text;

import java.util.Arrays;

/// A word as a chain of symbols that are merged pair by pair, the lowest rank first and from left
/// to right among equals.
///
/// Few symbols are searched anew after each merge; many wait in a heap, so that a word of n symbols
/// costs O(n log n).
final class Symbols {
  private static final int FEW = 24;

  /// Says what two neighbouring symbols become.
  @FunctionalInterface
  interface Pairs {
    /// Rank (upper half) and merged id (lower half), or [Merges#NONE].
    long merge(Symbols symbols, int left, int right);
  }

  private int[] ids;
  private int[] starts;
  private int[] ends;
  private int[] next;
  private int[] previous;
  private int count;
  private long[] heap = new long[0];
  private int heaped;

  Symbols(int capacity) {
    ids = new int[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
    next = new int[0];
    previous = new int[0];
  }

  /// Adds a symbol that spells units `[start, end)`; an unknown one has a negative id.
  void add(int id, int start, int end) {
    if (count == ids.length) {
      int capacity = 2 * count + 16;
      ids = Arrays.copyOf(ids, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    ids[count] = id;
    starts[count] = start;
    ends[count++] = end;
  }

  void clear() {
    count = 0;
  }

  int count() {
    return count;
  }

  int id(int index) {
    return ids[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  void merge(Pairs pairs) {
    if (count <= FEW) {
      mergeFew(pairs);
    } else {
      mergeMany(pairs);
    }
  }

  private void mergeFew(Pairs pairs) {
    long[] ranks = new long[FEW];
    for (int i = 0; i + 1 < count; i++) {
      ranks[i] = pairs.merge(this, i, i + 1);
    }
    while (count > 1) {
      int best = -1;
      for (int i = 0; i + 1 < count; i++) {
        if (ranks[i] >= 0 && (best < 0 || ranks[i] >>> 32 < ranks[best] >>> 32)) {
          best = i;
        }
      }
      if (best < 0) {
        return;
      }
      ids[best] = (int) ranks[best];
      ends[best] = ends[best + 1];
      remove(best + 1, ranks);
      if (best > 0) {
        ranks[best - 1] = pairs.merge(this, best - 1, best);
      }
      if (best + 1 < count) {
        ranks[best] = pairs.merge(this, best, best + 1);
      }
    }
  }

  private void remove(int index, long[] ranks) {
    int after = count - index - 1;
    System.arraycopy(ids, index + 1, ids, index, after);
    System.arraycopy(starts, index + 1, starts, index, after);
    System.arraycopy(ends, index + 1, ends, index, after);
    System.arraycopy(ranks, index + 1, ranks, index, Math.max(0, after - 1));
    count--;
  }

  private void mergeMany(Pairs pairs) {
    next = new int[count];
    previous = new int[count];
    heap = new long[count];
    heaped = 0;
    for (int i = 0; i < count; i++) {
      next[i] = i + 1 < count ? i + 1 : -1;
      previous[i] = i - 1;
    }
    for (int i = 0; i + 1 < count; i++) {
      offer(pairs, i);
    }
    while (heaped > 0) {
      long top = poll();
      int left = (int) top;
      int right = ends[left] < 0 ? -1 : next[left];
      long merge = right < 0 ? Merges.NONE : pairs.merge(this, left, right);
      if (merge < 0 || merge >>> 32 != top >>> 32) {
        continue; // one of the two has changed since
      }
      ids[left] = (int) merge;
      ends[left] = ends[right];
      ends[right] = -1;
      next[left] = next[right];
      if (next[left] >= 0) {
        previous[next[left]] = left;
        offer(pairs, left);
      }
      if (previous[left] >= 0) {
        offer(pairs, previous[left]);
      }
    }
    compact();
  }

  private void compact() {
    int kept = 0;
    for (int i = 0; i >= 0; i = next[i]) {
      ids[kept] = ids[i];
      starts[kept] = starts[i];
      ends[kept++] = ends[i];
    }
    count = kept;
  }

  private void offer(Pairs pairs, int left) {
    long merge = pairs.merge(this, left, next[left]);
    if (merge < 0) {
      return;
    }
    if (heaped == heap.length) {
      heap = Arrays.copyOf(heap, 2 * heaped);
    }
    long entry = merge & 0xFFFFFFFF_00000000L | left;
    int i = heaped++;
    while (i > 0 && heap[(i - 1) / 2] > entry) {
      heap[i] = heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
    heap[i] = entry;
  }

  private long poll() {
    long top = heap[0];
    long entry = heap[--heaped];
    int i = 0;
    for (int child = 1; child < heaped; child = 2 * i + 1) {
      child += child + 1 < heaped && heap[child + 1] < heap[child] ? 1 : 0;
      if (heap[child] >= entry) {
        break;
      }
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = entry;
    return top;
  }
}
