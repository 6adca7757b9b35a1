package dev.heed.attention.mixer;

import java.util.ArrayList;
import java.util.List;

/// Positions of one chunk.
///
/// @param from the first
/// @param to after the last
/// @param fresh whether the state is empty before them
record Span(int from, int to, boolean fresh) {
  int length() {
    return to - from;
  }

  /// The chunks of a batch: as long as they may be, and ending where a document ends.
  static List<Span> cut(BoundMix call, int b, int longest) {
    List<Span> spans = new ArrayList<>();
    int from = 0;
    for (int t = 1; t <= call.shape.length(); t++) {
      boolean ends = t == call.shape.length() || call.begins(b, t);
      if (ends || t - from == longest) {
        spans.add(new Span(from, t, call.begins(b, from)));
        from = t;
      }
    }
    return spans;
  }
}
