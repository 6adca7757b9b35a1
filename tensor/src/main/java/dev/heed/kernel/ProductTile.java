package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import jdk.incubator.vector.FloatVector;

/// The register tile that every product is made of: a few rows of `a` times 32 columns of `b`.
///
/// `b` is a packed panel `[k][32]`, contiguous, padded with zeros where there are fewer columns, or
/// ([#withBRowStride]) 32 columns in place. `c` must have room for 32 columns. `a` is read with any
/// element strides, so it needs packing only where its cache lines would collide. The order of
/// additions over `k` does not depend on the number of rows, on the lanes or on strides.
///
/// @param aRowStride floats from one row of `a` to the next
/// @param aColumnStride floats from one `k` of `a` to the next
/// @param bRowStride floats from one `k` of `b` to the next
/// @param cRowStride floats from one row of `c` to the next
/// @param adds whether `c += a b`, not `c = a b`
record ProductTile(
    int aRowStride, int aColumnStride, int bRowStride, int cRowStride, boolean adds) {
  /// Columns of a panel.
  static final int COLUMNS = 32;

  /// Rows that one pass of the registers takes; the best number of rows to call [#multiply] with is
  /// a multiple of it.
  static final int ROWS;

  static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  static {
    ROWS = LANES >= 16 ? 12 : LANES == 8 ? 6 : 8;
  }

  /// `c = a b`.
  static ProductTile writing(int aRowStride, int aColumnStride, int cRowStride) {
    return new ProductTile(aRowStride, aColumnStride, COLUMNS, cRowStride, false);
  }

  /// `c += a b`.
  static ProductTile adding(int aRowStride, int aColumnStride, int cRowStride) {
    return new ProductTile(aRowStride, aColumnStride, COLUMNS, cRowStride, true);
  }

  /// The same, for 32 columns of `b` that lie in place.
  ProductTile withBRowStride(int stride) {
    return new ProductTile(aRowStride, aColumnStride, stride, cRowStride, adds);
  }

  /// Whether `b` and `c` are both panels.
  boolean panels() {
    return bRowStride == COLUMNS && cRowStride == COLUMNS;
  }

  /// The same, adding to `c`.
  ProductTile continued() {
    return new ProductTile(aRowStride, aColumnStride, bRowStride, cRowStride, true);
  }

  /// Multiplies `rows` rows of `a` `[rows, k]` with 32 columns of `b` `[k][32]` into `c` `[rows,
  /// 32]`; any number of rows.
  void multiply(int rows, int k, float[] a, int aFrom, float[] b, int bFrom, float[] c, int cFrom) {
    if (LANES >= 16) {
      Lane16Tile.multiply(this, rows, k, a, aFrom, b, bFrom, c, cFrom);
    } else if (LANES == 8) {
      Lane8Tile.multiply(this, rows, k, a, aFrom, b, bFrom, c, cFrom);
    } else {
      Lane4Tile.multiply(this, rows, k, a, aFrom, b, bFrom, c, cFrom);
    }
  }

  /// Multiplies all of `a` with 32 columns of `b` into `c` from (`row`, `column`) on, where fewer
  /// than 32 columns may be left.
  void multiplyInto(
      Matrix a, float[] b, int bFrom, Matrix c, int row, int column, Workspace scratch) {
    int rows = a.rows();
    int k = a.columns();
    int at = c.offset() + row * c.rowStride() + column;
    int columns = c.columns() - column;
    if (columns >= COLUMNS) {
      multiply(rows, k, a.array(), a.offset(), b, bFrom, c.array(), at);
      return;
    }
    Workspace.Mark mark = scratch.mark();
    Tensor whole = scratch.take(rows * COLUMNS);
    new ProductTile(aRowStride, aColumnStride, bRowStride, COLUMNS, false)
        .multiply(rows, k, a.array(), a.offset(), b, bFrom, whole.array(), whole.offset());
    for (int i = 0; i < rows; i++) {
      put(whole.array(), whole.offset() + i * COLUMNS, c.array(), at + i * cRowStride, columns);
    }
    scratch.release(mark);
  }

  private void put(float[] from, int at, float[] to, int toAt, int count) {
    if (!adds) {
      System.arraycopy(from, at, to, toAt, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to[toAt + i] += from[at + i];
    }
  }
}
