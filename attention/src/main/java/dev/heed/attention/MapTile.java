package dev.heed.attention;

/// A rectangle of the map of one head: queries `[t0, t1)` and keys `[s0, s1)`.
record MapTile(int b, int h, int t0, int t1, int s0, int s1) {
  int queries() {
    return t1 - t0;
  }

  int keys() {
    return s1 - s0;
  }

  /// The same queries, other keys.
  MapTile withKeys(int from, int to) {
    return new MapTile(b, h, t0, t1, from, to);
  }

  /// The same places of another head.
  MapTile withHead(int head) {
    return new MapTile(b, head, t0, t1, s0, s1);
  }

  /// Query `t` alone.
  MapTile row(int t) {
    return new MapTile(b, h, t, t + 1, s0, s1);
  }
}
