package dev.heed.text;

/// The classes of characters that tokenizers ask for.
final class Characters {
  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte SPACE = 3;

  private static final byte[] BASIC = basicClasses();

  private Characters() {}

  /// Whether a character has the Unicode property White_Space.
  static boolean isWhitespace(int c) {
    return c >= '\t' && c <= '\r'
        || c == ' '
        || c >= 0x80 && (c == 0x85 || Character.isSpaceChar(c));
  }

  /// Letter (general category L), number (N), white space or something else.
  static byte classOf(int c) {
    return c < BASIC.length ? BASIC[c] : compute(c);
  }

  /// Punctuation as BERT has it: general category P and all ASCII symbols.
  static boolean isPunctuation(int c) {
    if (c < 0x80) {
      return c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
    }
    return switch (Character.getType(c)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  static boolean isNumeric(int c) {
    return switch (Character.getType(c)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
      default -> false;
    };
  }

  /// Whether a character is a mark of any kind (general category M).
  static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /// Whether a character is a control, format, private or surrogate one (general category C,
  /// without the unassigned).
  static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE, Character.SURROGATE -> true;
      default -> false;
    };
  }

  /// Whether BERT sets a character apart as a word of its own, as it does with Chinese characters.
  static boolean isIdeograph(int c) {
    return c >= 0x3400
        && (c <= 0x4DBF
            || c >= 0x4E00 && c <= 0x9FFF
            || c >= 0xF900 && c <= 0xFAFF
            || c >= 0x20000 && c <= 0x2A6DF
            || c >= 0x2A700 && c <= 0x2B73F
            || c >= 0x2B740 && c <= 0x2B81F
            || c >= 0x2B920 && c <= 0x2CEAF
            || c >= 0x2F800 && c <= 0x2FA1F);
  }

  /// Whether a character is one of `\w`: alphabetic, mark, decimal digit, connector or joiner.
  static boolean isWord(int c) {
    if (c < 0x80) {
      return c >= '0' && c <= '9' || (c | 0x20) >= 'a' && (c | 0x20) <= 'z' || c == '_';
    }
    int type = Character.getType(c);
    return Character.isAlphabetic(c)
        || isMark(c)
        || type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.CONNECTOR_PUNCTUATION
        || c == 0x200C
        || c == 0x200D;
  }

  private static byte[] basicClasses() {
    byte[] classes = new byte[1 << 16];
    for (int c = 0; c < classes.length; c++) {
      classes[c] = compute(c);
    }
    return classes;
  }

  private static byte compute(int c) {
    if (isWhitespace(c)) {
      return SPACE;
    }
    if (Character.isLetter(c)) {
      return LETTER;
    }
    return isNumeric(c) ? NUMBER : OTHER;
  }
}
