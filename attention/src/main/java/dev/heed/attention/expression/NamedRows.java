package dev.heed.attention.expression;

import java.util.Arrays;

/// The named masks on a row of keys, in whole numbers: the sign of a difference, spread over the
/// word, is the truth.
///
/// Positions lie between `±LIMIT`, so differences do not overflow.
final class NamedRows {
  private static final int LIMIT = 1 << 30;

  private NamedRows() {}

  static void causal(Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    int i = place.i + 1;
    for (int n = 0; n < place.count; n++) {
      out[at + n] = j[from + n] - i >> 31;
    }
  }

  static void window(int width, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    int i = place.i;
    // A distance is at least 0 and a width of Integer.MIN_VALUE sees as little as one of 0.
    int limit = Math.max(width, 0);
    for (int n = 0; n < place.count; n++) {
      out[at + n] = Math.abs(i - j[from + n]) - limit >> 31;
    }
  }

  static void prefix(int length, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    int limit = Math.clamp(length, -LIMIT, LIMIT);
    for (int n = 0; n < place.count; n++) {
      out[at + n] = j[from + n] - limit >> 31;
    }
  }

  static void global(int count, Place place, int[] out, int at) {
    if (place.i < count) {
      Arrays.fill(out, at, at + place.count, -1);
    } else {
      prefix(count, place, out, at);
    }
  }

  static void chunk(int size, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    long first = (long) Math.floorDiv(place.i, size) * size;
    int low = (int) Math.max(first, -LIMIT);
    int last = (int) Math.min(first + size - 1, LIMIT);
    for (int n = 0; n < place.count; n++) {
      int key = j[from + n];
      out[at + n] = ~(key - low >> 31 | last - key >> 31);
    }
  }

  static void dilated(int step, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    int i = place.i;
    for (int n = 0; n < place.count; n++) {
      int remainder = (i - j[from + n]) % step;
      out[at + n] = ~((remainder | -remainder) >> 31);
    }
  }

  static void document(Place place, int[] out, int at) {
    int[] docK = place.docK;
    int from = place.docFrom;
    int docQ = place.docQ;
    for (int n = 0; n < place.count; n++) {
      int difference = docQ ^ docK[from + n];
      out[at + n] = ~((difference | -difference) >> 31);
    }
  }

  static void padding(Place place, int[] out, int at) {
    int visible = Math.clamp((long) place.length - place.index, 0, place.count);
    Arrays.fill(out, at, at + visible, -1);
    Arrays.fill(out, at + visible, at + place.count, 0);
  }
}
