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
    Matrix part = new Matrix(a.array(), from, rows, k, a.rowStride(), a.columnStride());
    boolean contiguous = a.rowStride() == 1 || a.columnStride() == 1;
    if (ProductTile.LANES == STEP && rows >= STEP && k >= STEP && contiguous) {
      return columns(part, scratch);
    }
    if (a.rowStride() == 1 && a.columnStride() != 1) {
      return copyRows(part.transpose(), scratch).transpose();
    }
    return a.columnStride() == 1 ? copyRows(part, scratch) : gather(part, scratch);
  }

  private static Matrix columns(Matrix a, Workspace scratch) {
    int stride = a.rows() + STEP - 1 & -STEP | STEP;
    Tensor packed = scratch.take(a.columns() * stride);
    float[] out = packed.array();
    int to = packed.offset();
    if (a.rowStride() == 1) {
      VectorPanelPacking.copyRuns(
          a.array(), a.offset(), a.columnStride(), a.columns(), a.rows(), out, to, stride);
    } else {
      transpose(a, out, to, stride);
    }
    return new Matrix(out, to, a.rows(), a.columns(), 1, stride);
  }

  /// The last tile of 16 overlaps the one before it where there is no whole one left.
  private static void transpose(Matrix a, float[] out, int to, int stride) {
    for (int i = 0; i < a.rows(); i += STEP) {
      int row = Math.min(i, a.rows() - STEP);
      for (int j = 0; j < a.columns(); j += STEP) {
        int column = Math.min(j, a.columns() - STEP);
        int from = a.offset() + row * a.rowStride() + column;
        TransposeTile.transpose(
            a.array(), from, a.rowStride(), out, to + column * stride + row, stride);
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
