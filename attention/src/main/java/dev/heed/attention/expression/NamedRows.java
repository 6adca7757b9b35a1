package dev.heed.attention.expression;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
    Arrays.fill(out, at, at + place.count, 0);
    long first = (long) Math.floorDiv(place.i, size) * size;
    addRange(first, first + size - 1, place, out, at);
  }

  static void previous(int size, Place place, int[] out, int at) {
    Arrays.fill(out, at, at + place.count, 0);
    long end = (long) Math.floorDiv(place.i, size) * size;
    addRange(end - size, end - 1, place, out, at);
  }

  /// Makes the keys at positions `first` to `last`, both included, visible.
  private static void addRange(long first, long last, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    int low = Math.clamp(first, -LIMIT, LIMIT);
    int high = Math.clamp(last, -LIMIT, LIMIT);
    for (int n = 0; n < place.count; n++) {
      int key = j[from + n];
      out[at + n] |= ~(key - low >> 31 | high - key >> 31);
    }
  }

  static void grid(int width, int radius, Place place, int[] out, int at) {
    Arrays.fill(out, at, at + place.count, 0);
    int row = Math.floorDiv(place.i, width);
    int column = Math.floorMod(place.i, width);
    long left = Math.max(0, column - radius);
    long right = Math.min(width - 1L, (long) column + radius);
    long first = Math.max((long) row - radius, Math.floorDiv(place.lowest(), width));
    long last = Math.min((long) row + radius, Math.floorDiv(place.highest(), width));
    if (last - first > place.count) {
      eachOfGrid(width, radius, place, out, at);
      return;
    }
    for (long near = first; near <= last; near++) {
      addRange(near * width + left, near * width + right, place, out, at);
    }
  }

  /// The same for keys that lie far apart.
  private static void eachOfGrid(int width, int radius, Place place, int[] out, int at) {
    for (int n = 0; n < place.count; n++) {
      int key = place.kPos[place.kFrom + n];
      int rows = Math.floorDiv(place.i, width) - Math.floorDiv(key, width);
      int columns = Math.floorMod(place.i, width) - Math.floorMod(key, width);
      out[at + n] = Math.max(Math.abs(rows), Math.abs(columns)) <= radius ? -1 : 0;
    }
  }

  /// The blocks that were drawn last, which are those of the next query too as a rule.
  static final class Draws {
    private int[] blocks = {};
    private Truth.@Nullable RandomBlocks of;
    private int query;
    private int count;

    void move(Truth.RandomBlocks mask, int to) {
      if (!mask.equals(of) || query != to) {
        of = mask;
        query = to;
        blocks = blocks.length == 0 ? new int[Truth.RandomBlocks.MOST] : blocks;
        count = mask.draw(to, blocks);
      }
    }
  }

  static void random(Draws draws, Truth.RandomBlocks mask, Place place, int[] out, int at) {
    Arrays.fill(out, at, at + place.count, 0);
    draws.move(mask, Math.floorDiv(place.i, mask.size()));
    int low = Math.floorDiv(place.lowest(), mask.size());
    int high = Math.floorDiv(place.highest(), mask.size());
    for (int n = 0; n < draws.count; n++) {
      int block = draws.blocks[n];
      if (block >= low && block <= high) {
        long first = (long) block * mask.size();
        addRange(first, first + mask.size() - 1, place, out, at);
      }
    }
  }

  static void strided(int step, Place place, int[] out, int at) {
    dilated(step, place, out, at);
    addRange((long) place.i - step + 1, (long) place.i + step - 1, place, out, at);
  }

  static void fixed(int size, int count, Place place, int[] out, int at) {
    int[] j = place.kPos;
    int from = place.kFrom;
    for (int n = 0; n < place.count; n++) {
      out[at + n] = size - count - 1 - Math.floorMod(j[from + n], size) >> 31;
    }
    long first = (long) Math.floorDiv(place.i, size) * size;
    addRange(first, first + size - 1, place, out, at);
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

  /// Keys whose index is below `limit`.
  static void below(int limit, Place place, int[] out, int at) {
    int visible = Math.clamp((long) limit - place.index, 0, place.count);
    Arrays.fill(out, at, at + visible, -1);
    Arrays.fill(out, at + visible, at + place.count, 0);
  }
}
