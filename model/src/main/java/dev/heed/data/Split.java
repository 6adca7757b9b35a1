package dev.heed.data;

/// Which part of a text: the first nine tenths of its characters train, the rest validates.
public enum Split {
  TRAIN,
  VALIDATION,
  ALL;

  /// The part of `text` in this split; the cut is after `floor(0.9 n)` of its `n` characters (code
  /// points).
  public String of(String text) {
    int characters = text.codePointCount(0, text.length());
    int cut = text.offsetByCodePoints(0, (int) (characters * 9L / 10));
    return switch (this) {
      case TRAIN -> text.substring(0, cut);
      case VALIDATION -> text.substring(cut);
      case ALL -> text;
    };
  }
}
