package dev.heed.text;

/// Small helpers on texts.
final class Text {
  private static final int LONGEST_QUOTE = 60;

  private Text() {}

  /// A text as an error shows it: short, and without control characters.
  static String quote(String text) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length() && out.length() < LONGEST_QUOTE; i++) {
      char c = text.charAt(i);
      boolean plain =
          c >= ' '
              && c != '"'
              && c != '\\'
              && !Character.isISOControl(c)
              && !Character.isSurrogate(c);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        out.append(c).append(text.charAt(++i));
      } else if (plain) {
        out.append(c);
      } else {
        out.append("\\u%04x".formatted((int) c));
      }
    }
    return out.length() < LONGEST_QUOTE ? out.toString() : out + "...";
  }

  /// The units of a text; lone surrogates become U+FFFD.
  static char[] units(String text) {
    char[] units = text.toCharArray();
    for (int i = 0; i < units.length; i++) {
      if (Character.isHighSurrogate(units[i])
          && i + 1 < units.length
          && Character.isLowSurrogate(units[i + 1])) {
        i++;
      } else if (Character.isSurrogate(units[i])) {
        units[i] = '\uFFFD';
      }
    }
    return units;
  }
}
