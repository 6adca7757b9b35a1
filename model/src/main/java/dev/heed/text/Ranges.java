package dev.heed.text;

import java.util.Arrays;

/// A growing list of half-open ranges.
final class Ranges {
  private int[] bounds = new int[32];
  private int size;

  void add(int start, int end) {
    if (size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * size);
    }
    bounds[size++] = start;
    bounds[size++] = end;
  }

  /// Adds a range unless it is empty.
  void addFilled(int start, int end) {
    if (start < end) {
      add(start, end);
    }
  }

  int count() {
    return size / 2;
  }

  int start(int index) {
    return bounds[2 * index];
  }

  int end(int index) {
    return bounds[2 * index + 1];
  }

  /// Start and end of each, one after another.
  int[] toArray() {
    return Arrays.copyOf(bounds, size);
  }
}
