package dev.heed.text;

/// Something to look for in a text.
@FunctionalInterface
interface Matches {
  /// Start and end of each match in `[start, end)`, from left to right and without overlap. What
  /// lies outside of the range plays no part.
  int[] find(Aligned text, int start, int end);

  /// Matches each run of code points that a test accepts, or each code point by itself.
  static Matches each(Normalizers.CodePoints test) {
    return (text, start, end) -> {
      Ranges found = new Ranges();
      for (int i = start; i < end; ) {
        int codePoint = text.codePoint(i);
        int next = i + Character.charCount(codePoint);
        if (test.accepts(codePoint)) {
          found.add(i, next);
        }
        i = next;
      }
      return found.toArray();
    };
  }

  /// Matches a text that stands there literally. The empty text matches nothing.
  static Matches literal(String wanted) {
    char[] units = wanted.toCharArray();
    return (text, start, end) -> {
      Ranges found = new Ranges();
      for (int i = start; i <= end - units.length && units.length > 0; ) {
        boolean here = startsWith(text, i, units);
        if (here) {
          found.add(i, i + units.length);
        }
        i += here ? units.length : 1;
      }
      return found.toArray();
    };
  }

  private static boolean startsWith(Aligned text, int at, char[] units) {
    for (int i = 0; i < units.length; i++) {
      if (text.charAt(at + i) != units[i]) {
        return false;
      }
    }
    return true;
  }
}
