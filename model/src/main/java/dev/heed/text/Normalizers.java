package dev.heed.text;

import java.util.List;

/// The normalizers that need no data.
final class Normalizers {
  private static final int CAPITAL_I_WITH_DOT = 0x130;
  private static final int DOT_ABOVE = 0x307;

  private Normalizers() {}

  /// Every code point in lower case, without regard to its neighbours.
  static Aligned lowercase(Aligned text) {
    Aligned.Builder out = text.rewrite();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePoint(i);
      if (codePoint == CAPITAL_I_WITH_DOT) {
        out.put('i', i);
        out.put(DOT_ABOVE, i);
      } else {
        out.put(Character.toLowerCase(codePoint), i);
      }
      i += Character.charCount(codePoint);
    }
    return out.build();
  }

  static Aligned stripAccents(Aligned text) {
    return keep(text, c -> !Characters.isMark(c));
  }

  /// Keeps the code points that a test accepts.
  static Aligned keep(Aligned text, CodePoints test) {
    Aligned.Builder out = text.rewrite();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePoint(i);
      if (test.accepts(codePoint)) {
        out.put(codePoint, i);
      }
      i += Character.charCount(codePoint);
    }
    return out.build();
  }

  /// The cleaning of Google's translation models: most controls go, odd spaces become plain ones.
  static Aligned nmt(Aligned text) {
    Aligned kept = keep(text, c -> !isNmtControl(c));
    Aligned.Builder out = kept.rewrite();
    for (int i = 0; i < kept.length(); ) {
      int codePoint = kept.codePoint(i);
      out.put(isNmtSpace(codePoint) ? ' ' : codePoint, i);
      i += Character.charCount(codePoint);
    }
    return out.build();
  }

  private static boolean isNmtControl(int c) {
    return c >= 1 && c <= 8
        || c == 0xB
        || c >= 0xE && c <= 0x1F
        || c == 0x7F
        || c == 0x8F
        || c == 0x9F;
  }

  private static boolean isNmtSpace(int c) {
    return c == 9
        || c == 0xA
        || c == 0xC
        || c == 0xD
        || c == 0x1680
        || c >= 0x200B && c <= 0x200F
        || c == 0x2028
        || c == 0x2029
        || c == 0x2581
        || c == 0xFEFF
        || c == 0xFFFD;
  }

  /// Every byte as a character of [Bytes].
  static Aligned byteLevel(Aligned text) {
    Aligned.Builder out = text.rewrite();
    PreTokenizers.writeBytes(text, 0, text.length(), out);
    return out.build();
  }

  /// Puts a text before another that is not empty; what is added shares the origin of the first
  /// character.
  static Aligned prepend(Aligned text, String prefix) {
    if (text.length() == 0) {
      return text;
    }
    Aligned.Builder out = text.rewrite();
    for (int i = 0; i < prefix.length(); i += Character.charCount(prefix.codePointAt(i))) {
      out.put(prefix.codePointAt(i), 0);
    }
    out.keep(0, text.length());
    return out.build();
  }

  /// A test on code points.
  @FunctionalInterface
  interface CodePoints {
    boolean accepts(int codePoint);
  }

  /// Cuts white space off the ends of a text.
  ///
  /// @param ends which ends
  record Strip(Ends ends) implements Normalizer {
    enum Ends {
      NEITHER,
      LEFT,
      RIGHT,
      BOTH
    }

    @Override
    public Aligned apply(Aligned text) {
      int start = 0;
      int end = text.length();
      if (ends == Ends.LEFT || ends == Ends.BOTH) {
        while (start < end && Characters.isWhitespace(text.charAt(start))) {
          start++;
        }
      }
      if (ends == Ends.RIGHT || ends == Ends.BOTH) {
        while (end > start && Characters.isWhitespace(text.charAt(end - 1))) {
          end--;
        }
      }
      return start == 0 && end == text.length() ? text : text.slice(start, end);
    }
  }

  record Prepend(String prefix) implements Normalizer {
    @Override
    public Aligned apply(Aligned text) {
      return prepend(text, prefix);
    }
  }

  /// Puts a fixed text in the place of each match; it shares the origin of the last character that
  /// it replaces.
  record Replace(Matches pattern, String content) implements Normalizer {
    @Override
    public Aligned apply(Aligned text) {
      int[] matches = pattern.find(text, 0, text.length());
      if (matches.length == 0) {
        return text;
      }
      Aligned.Builder out = text.rewrite();
      int done = 0;
      for (int m = 0; m < matches.length; m += 2) {
        out.keep(done, matches[m]);
        done = matches[m + 1];
        int from = done == 0 ? text.from(0) : lastStart(text, done);
        int to = done == 0 ? text.from(0) : text.to(done - 1);
        content.codePoints().forEach(c -> out.add(c, from, to));
      }
      out.keep(done, text.length());
      return out.build();
    }

    private static int lastStart(Aligned text, int end) {
      boolean pair = end > 1 && Character.isLowSurrogate(text.charAt(end - 1));
      return text.from(pair ? end - 2 : end - 1);
    }
  }

  record Sequence(List<Normalizer> steps) implements Normalizer {
    @Override
    public Aligned apply(Aligned text) {
      Aligned result = text;
      for (Normalizer step : steps) {
        result = step.apply(result);
      }
      return result;
    }
  }
}
