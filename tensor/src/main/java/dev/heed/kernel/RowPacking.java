package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Copying rows of the left-hand side of a product so that they lie next to each other, not a power
/// of two apart, whatever the strides were.
///
/// Where 16 x 16 numbers are transposed in registers, columns lie one after another, because the
/// register tile reads twelve numbers side by side at one address; else rows that are contiguous
/// stay so, and columns that are (of a transposed matrix) likewise. The tile reads both.
final class RowPacking {
  private static final int STEP = TransposeTile.SIZE;

  private RowPacking() {}

  /// Rows `row` to `row + rows`, columns `kFrom` to `kFrom + k` of `a`, in scratch memory.
  static Matrix pack(Matrix a, int row, int rows, int kFrom, int k, Workspace scratch) {
    int from = a.offset() + row * a.rowStride() + kFrom * a.columnStride();
    boolean contiguous = a.rowStride() == 1 || a.columnStride() == 1;
    if (ProductTile.LANES == STEP && rows >= STEP && k >= STEP && contiguous) {
      return columns(a, from, rows, k, scratch);
    }
    Matrix part = new Matrix(a.array(), from, rows, k, a.rowStride(), a.columnStride());
    if (a.rowStride() == 1 && a.columnStride() != 1) {
      return copyRows(part.transpose(), scratch).transpose();
    }
    return a.columnStride() == 1 ? copyRows(part, scratch) : gather(part, scratch);
  }

  /// Numbers `[rows, k]` of `a` that begin at `from`.
  private static Matrix columns(Matrix a, int from, int rows, int k, Workspace scratch) {
    int stride = rows + STEP - 1 & -STEP | STEP;
    Tensor packed = scratch.take(k * stride);
    float[] out = packed.array();
    int to = packed.offset();
    if (a.rowStride() == 1) {
      VectorPanelPacking.copyRuns(a.array(), from, a.columnStride(), k, rows, out, to, stride);
    } else {
      transpose(a.array(), from, a.rowStride(), rows, k, out, to, stride);
    }
    return new Matrix(out, to, rows, k, 1, stride);
  }

  /// The last tile of 16 overlaps the one before it where there is no whole one left.
  private static void transpose(
      float[] a, int from, int aStride, int rows, int k, float[] out, int to, int stride) {
    for (int i = 0; i < rows; i += STEP) {
      int row = Math.min(i, rows - STEP);
      for (int j = 0; j < k; j += STEP) {
        int column = Math.min(j, k - STEP);
        int at = from + row * aStride + column;
        TransposeTile.transpose(a, at, aStride, out, to + column * stride + row, stride);
      }
    }
  }

  private static Matrix room(Matrix a, Workspace scratch) {
    int stride = (a.columns() + 15 & ~15) + 16;
    Tensor packed = scratch.take(a.rows() * stride);
    return new Matrix(packed.array(), packed.offset(), a.rows(), a.columns(), stride, 1);
  }

  private static Matrix copyRows(Matrix a, Workspace scratch) {
    Matrix out = room(a, scratch);
    for (int i = 0; i < a.rows(); i++) {
      int from = a.offset() + i * a.rowStride();
      int to = out.offset() + i * out.rowStride();
      System.arraycopy(a.array(), from, out.array(), to, a.columns());
    }
    return out;
  }

  private static Matrix gather(Matrix a, Workspace scratch) {
    Matrix out = room(a, scratch);
    for (int i = 0; i < a.rows(); i++) {
      int from = a.offset() + i * a.rowStride();
      int to = out.offset() + i * out.rowStride();
      for (int j = 0; j < a.columns(); j++) {
        out.array()[to + j] = a.array()[from + j * a.columnStride()];
      }
    }
    return out;
  }
}
