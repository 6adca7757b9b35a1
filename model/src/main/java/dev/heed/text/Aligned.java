package dev.heed.text;

import java.util.Arrays;

/// A text, as it is being normalized, that knows for each of its UTF-16 units which units of the
/// original text it came from.
///
/// Immutable. Without alignment arrays unit `i` is unit `shift + i` of the original.
final class Aligned implements CharSequence {
  private final char[] chars;
  private final int length;
  private final int[] from;
  private final int[] to;
  private final int shift;

  private Aligned(char[] chars, int length, int[] from, int[] to, int shift) {
    this.chars = chars;
    this.length = length;
    this.from = from;
    this.to = to;
    this.shift = shift;
  }

  /// The part of the original between two of its units, unchanged.
  static Aligned original(char[] text, int start, int end) {
    return new Aligned(
        Arrays.copyOfRange(text, start, end), end - start, new int[0], new int[0], start);
  }

  /// The units; only the first [#length] count.
  char[] units() {
    return chars;
  }

  int from(int index) {
    return from.length == 0 ? shift + index : from[index];
  }

  int to(int index) {
    return from.length == 0 ? shift + index + 1 : to[index];
  }

  int codePoint(int index) {
    return Character.codePointAt(chars, index, length);
  }

  /// The units `[start, end)` with their alignment.
  Aligned slice(int start, int end) {
    boolean identity = from.length == 0;
    return new Aligned(
        Arrays.copyOfRange(chars, start, end),
        end - start,
        identity ? from : Arrays.copyOfRange(from, start, end),
        identity ? to : Arrays.copyOfRange(to, start, end),
        identity ? shift + start : 0);
  }

  /// A place to write a text that replaces this one.
  Builder rewrite() {
    return new Builder(this);
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public char charAt(int index) {
    return chars[index];
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new String(chars, start, end - start);
  }

  @Override
  public String toString() {
    return new String(chars, 0, length);
  }

  /// Collects a new text together with its alignment.
  static final class Builder {
    /// A normalizer may expand a text, but not without bound: rules that double it, one after
    /// another, would fill any memory.
    private static final int LARGEST_GROWTH = 64;

    private static final int SMALLEST_LIMIT = 1 << 16;

    private final Aligned source;
    private final long limit;
    private char[] chars;
    private int[] from;
    private int[] to;
    private int length;

    private Builder(Aligned source) {
      this.source = source;
      long origin = source.length == 0 ? 0 : source.to(source.length - 1) - source.from(0);
      limit = SMALLEST_LIMIT + LARGEST_GROWTH * Math.max(0, origin);
      int capacity = source.length + source.length / 8 + 16;
      chars = new char[capacity];
      from = new int[capacity];
      to = new int[capacity];
    }

    int length() {
      return length;
    }

    /// Adds a code point that came from `[start, end)` of the original.
    void add(int codePoint, int start, int end) {
      if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
        unit((char) codePoint, start, end);
      } else {
        unit(Character.highSurrogate(codePoint), start, end);
        unit(Character.lowSurrogate(codePoint), start, end);
      }
    }

    /// Adds a code point in the place of the one at `index` of the source.
    void put(int codePoint, int index) {
      add(
          codePoint,
          source.from(index),
          source.to(index + Character.charCount(source.codePoint(index)) - 1));
    }

    /// Adds units `[start, end)` of the source as they are.
    void keep(int start, int end) {
      reserve(end - start);
      System.arraycopy(source.chars, start, chars, length, end - start);
      for (int i = start; i < end; i++, length++) {
        from[length] = source.from(i);
        to[length] = source.to(i);
      }
    }

    Aligned build() {
      return new Aligned(chars, length, from, to, 0);
    }

    private void unit(char unit, int start, int end) {
      reserve(1);
      chars[length] = unit;
      from[length] = start;
      to[length++] = end;
    }

    private void reserve(int more) {
      if (length + more <= chars.length) {
        return;
      }
      if (length + (long) more > limit) {
        throw new TokenizerException(
            "normalize: the text grew beyond %d characters; rules that expand it to at most %d times its length would fit"
                .formatted(limit, LARGEST_GROWTH));
      }
      int capacity = Math.max(length + more, chars.length + (chars.length >> 1));
      chars = Arrays.copyOf(chars, capacity);
      from = Arrays.copyOf(from, capacity);
      to = Arrays.copyOf(to, capacity);
    }
  }
}
