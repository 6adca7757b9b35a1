package dev.heed.attention;

import java.util.Arrays;

/// Which gradients of a call's inputs mean nothing yet and are to be overwritten, not added to.
record Fresh(boolean q, boolean k, boolean v) {
  static final Fresh NONE = new Fresh(false, false, false);

  /// Sets to zero what means nothing yet.
  void clear(InputGradients dx) {
    clear(q, dx.q());
    clear(k, dx.k());
    clear(v, dx.v());
  }

  private static void clear(boolean fresh, HeadView view) {
    for (int b = 0; b < view.axes().batch() && fresh; b++) {
      for (int h = 0; h < view.axes().heads(); h++) {
        clear(true, view, b, h, new Rows(0, view.axes().length()));
      }
    }
  }

  /// Rows `from` to `to` of a head.
  record Rows(int from, int to) {}

  /// Sets rows to zero if they are fresh.
  static void clear(boolean fresh, HeadView view, int b, int head, Rows rows) {
    for (int row = rows.from(); row < rows.to() && fresh; row++) {
      int at = view.row(b, head, row);
      Arrays.fill(view.array(), at, at + view.axes().width(), 0);
    }
  }
}
