package dev.heed.kernel;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// The matrix product as three loops.
final class ScalarProducts implements Products {
  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, Workers workers) {
    check(a, b, c);
    workers.run(
        c.rows(),
        (row, _) -> {
          int at = c.offset() + row * c.rowStride();
          Arrays.fill(c.array(), at, at + c.columns(), 0);
          addRow(a, b, c, row);
        });
  }

  @Override
  public void multiplyAdd(Matrix a, Matrix b, Matrix c, Workers workers) {
    check(a, b, c);
    workers.run(c.rows(), (row, _) -> addRow(a, b, c, row));
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, Workspace scratch) {
    check(a, b, c);
    for (int row = 0; row < c.rows(); row++) {
      int at = c.offset() + row * c.rowStride();
      Arrays.fill(c.array(), at, at + c.columns(), 0);
      addRow(a, b, c, row);
    }
  }

  @Override
  public void multiplyAdd(Matrix a, Matrix b, Matrix c, Workspace scratch) {
    check(a, b, c);
    for (int row = 0; row < c.rows(); row++) {
      addRow(a, b, c, row);
    }
  }

  static void check(Matrix a, Matrix b, Matrix c) {
    if (a.columns() != b.rows()
        || a.rows() != c.rows()
        || b.columns() != c.columns()
        || c.columnStride() != 1) {
      throw new ShapeException(
          "multiply: a %s times b %s does not fit c %s with contiguous columns; [m, k] [k, n] gives [m, n]"
              .formatted(a, b, c));
    }
  }

  private static void addRow(Matrix a, Matrix b, Matrix c, int row) {
    int out = c.offset() + row * c.rowStride();
    for (int k = 0; k < a.columns(); k++) {
      float factor = a.array()[a.offset() + row * a.rowStride() + k * a.columnStride()];
      int at = b.offset() + k * b.rowStride();
      for (int n = 0; n < c.columns(); n++) {
        c.array()[out + n] += factor * b.array()[at + n * b.columnStride()];
      }
    }
  }
}
