package dev.heed.text;

/// A text and the ranges of it that are words for now; what lies between them is dropped.
record Pieces(Aligned text, Ranges ranges) {
  /// One piece, the whole text.
  static Pieces whole(Aligned text) {
    Ranges ranges = new Ranges();
    ranges.addFilled(0, text.length());
    return new Pieces(text, ranges);
  }
}
