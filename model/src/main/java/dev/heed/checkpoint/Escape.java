package dev.heed.checkpoint;

/// Text from a file made safe to print: no control characters, no line breaks, no lone surrogates,
/// no direction overrides, no endless names.
public final class Escape {
  private static final int LONGEST = 200;

  private Escape() {}

  /// `text` on one line, with everything that could steer a terminal written as an escape; cut
  /// after 200 characters.
  public static String text(String text) {
    if (text.length() <= LONGEST && text.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
      return text;
    }
    StringBuilder safe = new StringBuilder();
    int[] points = text.codePoints().limit(LONGEST + 1L).toArray();
    for (int i = 0; i < Math.min(points.length, LONGEST); i++) {
      append(safe, points[i]);
    }
    return points.length > LONGEST ? safe.append('…').toString() : safe.toString();
  }

  private static void append(StringBuilder safe, int point) {
    if (isHarmless(point)) {
      safe.appendCodePoint(point);
    } else if (point < 0x10000) {
      safe.append("\\u%04x".formatted(point));
    } else {
      safe.append("\\u{%x}".formatted(point));
    }
  }

  private static boolean isHarmless(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
