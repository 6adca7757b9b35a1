package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Copying rows of the left-hand side of a product so that they lie next to each other, not a power
/// of two apart, whatever the strides were: rows that are contiguous one after another, columns
/// that are (of a transposed matrix) likewise. The register tile reads both.
final class RowPacking {
  private RowPacking() {}

  /// Rows `row` to `row + rows`, columns `kFrom` to `kFrom + k` of `a`, in scratch memory.
  static Matrix pack(Matrix a, int row, int rows, int kFrom, int k, Workspace scratch) {
    int from = a.offset() + row * a.rowStride() + kFrom * a.columnStride();
    Matrix part = new Matrix(a.array(), from, rows, k, a.rowStride(), a.columnStride());
    if (a.rowStride() == 1 && a.columnStride() != 1) {
      return copyRows(part.transpose(), scratch).transpose();
    }
    return a.columnStride() == 1 ? copyRows(part, scratch) : gather(part, scratch);
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
