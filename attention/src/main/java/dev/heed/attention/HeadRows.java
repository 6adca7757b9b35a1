package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Workspace;

/// Rows of the heads of keys or of values, `[B, G, S, width]`, wherever they lie: evenly in one
/// array ([HeadView]), in pages, in eight bits. An executor reads them a tile at a time.
public sealed interface HeadRows permits HeadView, PagedRows, ByteRows, JoinedRows {
  /// How many of each there are.
  HeadView.Axes axes();

  /// A reader of tiles of up to `most` rows, for one thread; what it copies, it copies to
  /// `scratch`.
  Reader reader(int most, Workspace scratch);

  /// The row after the last of those that lie evenly together with row `from` of a batch: a tile
  /// that ends there is read without a copy, where any is.
  int end(int batch, int from);

  /// The same numbers in one array: these, or a copy of them.
  HeadView whole();

  /// Whether the numbers are rounded ones, of which there is no gradient.
  boolean rounded();

  /// Checks that every row is there.
  HeadRows checkInside(String name);

  /// Reads tiles; what was read is valid until the next tile.
  interface Reader {
    /// Rows `from` to `to` of a head.
    Matrix rows(int batch, int head, int from, int to);
  }

  /// A copy of `rows` in one array.
  static HeadView copy(HeadRows rows) {
    HeadView.Axes axes = rows.axes();
    int head = Math.multiplyExact(axes.length(), axes.width());
    int batch = Math.multiplyExact(axes.heads(), head);
    float[] array = new float[Math.multiplyExact(axes.batch(), batch)];
    HeadView whole = new HeadView(array, 0, axes, batch, head, axes.width());
    Reader reader = rows.reader(1, new Workspace());
    for (int b = 0; b < axes.batch(); b++) {
      for (int h = 0; h < axes.heads(); h++) {
        for (int row = 0; row < axes.length(); row++) {
          Matrix one = reader.rows(b, h, row, row + 1);
          System.arraycopy(one.array(), one.offset(), array, whole.row(b, h, row), axes.width());
        }
      }
    }
    return whole;
  }
}
