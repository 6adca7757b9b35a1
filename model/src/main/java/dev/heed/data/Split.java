package dev.heed.data;

import java.util.Locale;

/// Which part of the data: the first nine tenths of its characters train, the rest validates.
public enum Split {
  TRAIN,
  VALIDATION,
  ALL;

  /// In lower case, as commands read and print it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The part of `text` in this split; the cut is after `floor(0.9 n)` of its `n` characters (code
  /// points).
  public String of(String text) {
    int characters = text.codePointCount(0, text.length());
    int cut = text.offsetByCodePoints(0, (int) cut(characters));
    return switch (this) {
      case TRAIN -> text.substring(0, cut);
      case VALIDATION -> text.substring(cut);
      case ALL -> text;
    };
  }

  /// The part of `data` in this split, cut by tokens: for data whose characters are not known.
  public TokenData of(TokenData data) {
    long cut = cut(data.size());
    return switch (this) {
      case TRAIN -> data.slice(0, cut);
      case VALIDATION -> data.slice(cut, data.size());
      case ALL -> data;
    };
  }

  static long cut(long length) {
    return length / 10 * 9 + length % 10 * 9 / 10;
  }
}
