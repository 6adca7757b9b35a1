package dev.heed.cli;

import java.util.Locale;

/// Numbers as a reader expects them.
final class Words {
  private Words() {}

  /// `1 text`, `2 texts`, `1,024 texts`.
  static String count(long count, String thing) {
    return String.format(Locale.ROOT, "%,d %s%s", count, thing, count == 1 ? "" : "s");
  }

  /// A number with so many decimals; a zero has no sign, whatever was rounded to it.
  static String fixed(double number, int decimals) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", number);
    return isZero(text) ? text.replace("-", "") : text;
  }

  /// A change, with its sign; a zero has none.
  static String change(double number, int decimals) {
    String text = String.format(Locale.ROOT, "%+." + decimals + "f", number);
    return isZero(text) ? text.substring(1) : text;
  }

  private static boolean isZero(String text) {
    return text.chars().allMatch(c -> "+-.0".indexOf(c) >= 0);
  }
}
