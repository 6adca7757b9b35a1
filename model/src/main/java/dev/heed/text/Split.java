package dev.heed.text;

/// Cuts pieces at the matches of a pattern.
record Split(Matches pattern, Behavior behavior) implements PreTokenizer {
  /// What becomes of a match.
  enum Behavior {
    /// It is dropped.
    REMOVED,
    /// It is a piece of its own.
    ISOLATED,
    /// It ends the piece before it.
    MERGED_WITH_PREVIOUS,
    /// It begins the piece after it.
    MERGED_WITH_NEXT,
    /// Adjacent matches are one piece.
    CONTIGUOUS
  }

  @Override
  public Pieces apply(Pieces pieces) {
    Ranges out = new Ranges();
    Ranges in = pieces.ranges();
    for (int p = 0; p < in.count(); p++) {
      split(pieces.text(), in.start(p), in.end(p), out);
    }
    return new Pieces(pieces.text(), out);
  }

  /// Cuts at what does not match, and takes the matches for the text between.
  static Matches inverted(Matches pattern) {
    return (text, start, end) -> {
      Ranges gaps = new Ranges();
      int done = start;
      int[] matches = pattern.find(text, start, end);
      for (int m = 0; m < matches.length; m += 2) {
        gaps.addFilled(done, matches[m]);
        done = matches[m + 1];
      }
      gaps.addFilled(done, end);
      return gaps.toArray();
    };
  }

  private void split(Aligned text, int start, int end, Ranges out) {
    int[] matches = pattern.find(text, start, end);
    int done = start; // what lies before is out
    for (int m = 0; m < matches.length; m += 2) {
      int from = matches[m];
      int to = matches[m + 1];
      switch (behavior) {
        case REMOVED -> {
          out.addFilled(done, from);
          done = to;
        }
        case ISOLATED -> {
          out.addFilled(done, from);
          out.addFilled(from, to);
          done = to;
        }
        case MERGED_WITH_PREVIOUS -> {
          out.addFilled(done, to);
          done = to;
        }
        case MERGED_WITH_NEXT -> {
          out.addFilled(done, from);
          done = from;
        }
        case CONTIGUOUS -> {
          out.addFilled(done, from);
          while (m + 2 < matches.length && matches[m + 2] == to) {
            m += 2;
            to = matches[m + 1];
          }
          out.addFilled(from, to);
          done = to;
        }
      }
    }
    out.addFilled(done, end);
  }
}
