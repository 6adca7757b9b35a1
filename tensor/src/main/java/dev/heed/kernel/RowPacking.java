package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Copying rows of the left-hand side of a product so that they lie next to each other, each
/// contiguous and not a power of two apart, whatever the strides were.
final class RowPacking {
  private static final int SIZE = TransposeTile.SIZE;
  private static final boolean HAS_TILE = ProductTile.LANES == SIZE;

  private RowPacking() {}

  /// Rows `row` to `row + rows`, columns `kFrom` to `kFrom + k` of `a`, in scratch memory.
  static Matrix pack(Matrix a, int row, int rows, int kFrom, int k, Workspace scratch) {
    int stride = (k + 15 & ~15) + 16;
    Tensor packed = scratch.take(rows * stride);
    Matrix out = new Matrix(packed.array(), packed.offset(), rows, k, stride, 1);
    int from = a.offset() + row * a.rowStride() + kFrom * a.columnStride();
    Matrix part = new Matrix(a.array(), from, rows, k, a.rowStride(), a.columnStride());
    if (a.columnStride() == 1) {
      copy(part, out);
    } else if (a.rowStride() == 1 && HAS_TILE) {
      transpose(part, out);
    } else {
      gather(part, 0, rows, 0, k, out);
    }
    return out;
  }

  private static void copy(Matrix a, Matrix out) {
    for (int i = 0; i < a.rows(); i++) {
      int from = a.offset() + i * a.rowStride();
      int to = out.offset() + i * out.rowStride();
      System.arraycopy(a.array(), from, out.array(), to, a.columns());
    }
  }

  private static void transpose(Matrix a, Matrix out) {
    int rows = a.rows() - a.rows() % SIZE;
    int k = a.columns() - a.columns() % SIZE;
    for (int j = 0; j < k; j += SIZE) {
      for (int i = 0; i < rows; i += SIZE) {
        int from = a.offset() + i + j * a.columnStride();
        int to = out.offset() + i * out.rowStride() + j;
        TransposeTile.transpose(
            a.array(), from, a.columnStride(), out.array(), to, out.rowStride());
      }
    }
    gather(a, 0, rows, k, a.columns(), out);
    gather(a, rows, a.rows(), 0, a.columns(), out);
  }

  private static void gather(Matrix a, int row, int rowTo, int kFrom, int kTo, Matrix out) {
    for (int i = row; i < rowTo; i++) {
      int from = a.offset() + i * a.rowStride();
      int to = out.offset() + i * out.rowStride();
      for (int j = kFrom; j < kTo; j++) {
        out.array()[to + j] = a.array()[from + j * a.columnStride()];
      }
    }
  }
}
