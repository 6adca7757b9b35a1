package dev.heed.text;

import java.util.Arrays;

/// The tokens found so far, with offsets in units of the original text, and later in code points.
final class Tokens {
  private int[] ids;
  private String[] pieces;
  private int[] starts;
  private int[] ends;
  private int count;

  Tokens(int capacity) {
    ids = new int[capacity];
    pieces = new String[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
  }

  int count() {
    return count;
  }

  void add(int id, String piece, int start, int end) {
    if (count == ids.length) {
      int capacity = 2 * count + 16;
      ids = Arrays.copyOf(ids, capacity);
      pieces = Arrays.copyOf(pieces, capacity);
      starts = Arrays.copyOf(starts, capacity);
      ends = Arrays.copyOf(ends, capacity);
    }
    ids[count] = id;
    pieces[count] = piece;
    starts[count] = start;
    ends[count++] = end;
  }

  /// Adds a token that stands for units `[start, end)` of a normalized text.
  void add(int id, String piece, Aligned text, int start, int end) {
    add(id, piece, text.from(start), text.to(end - 1));
  }

  /// Drops all tokens from a number of them on.
  void shrink(int size) {
    count = size;
  }

  void addAll(Tokens others) {
    for (int i = 0; i < others.count; i++) {
      add(others.ids[i], others.pieces[i], others.starts[i], others.ends[i]);
    }
  }

  /// The tokens from one index up to another.
  Tokens slice(int start, int end) {
    Tokens part = new Tokens(end - start);
    for (int i = start; i < end; i++) {
      part.add(ids[i], pieces[i], starts[i], ends[i]);
    }
    return part;
  }

  String piece(int index) {
    return pieces[index];
  }

  int start(int index) {
    return starts[index];
  }

  int end(int index) {
    return ends[index];
  }

  /// Gives the token at an index other offsets.
  void move(int index, int start, int end) {
    starts[index] = start;
    ends[index] = end;
  }

  /// Turns offsets in units of the original text into offsets in code points.
  void countCodePoints(char[] original) {
    int[] codePoint = new int[original.length + 1];
    int pairs = 0;
    for (int i = 0; i < original.length; i++) {
      codePoint[i] = i - pairs;
      pairs += Character.isLowSurrogate(original[i]) ? 1 : 0;
    }
    codePoint[original.length] = original.length - pairs;
    for (int i = 0; i < count && pairs > 0; i++) {
      starts[i] = codePoint[starts[i]];
      ends[i] = codePoint[ends[i]];
    }
  }

  /// What was found; offsets must count code points by now.
  Encoding encoding() {
    return new Encoding(
        Arrays.copyOf(ids, count),
        Arrays.copyOf(pieces, count),
        Arrays.copyOf(starts, count),
        Arrays.copyOf(ends, count));
  }
}
