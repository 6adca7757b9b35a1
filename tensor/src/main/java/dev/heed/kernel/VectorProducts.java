package dev.heed.kernel;

import dev.heed.tensor.Workspace;

/// Matrix products by the register tile; products with few rows without packing.
final class VectorProducts implements Products {
  /// Up to here, reading `b` in place is faster than packing it.
  private static final int FEW_ROWS = 16;

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, Workers workers) {
    ScalarProducts.check(a, b, c);
    if (isFewRows(c) && b.columnStride() == 1) {
      ProductTile tile =
          ProductTile.writing(a.rowStride(), a.columnStride(), c.rowStride())
              .withBRowStride(b.rowStride());
      FewRowsProduct.byColumns(a, b, c, tile, workers);
    } else if (isFewRows(c) && b.rowStride() == 1 && a.columnStride() == 1) {
      FewRowsProduct.byDots(a, b, c, workers);
    } else {
      PanelProduct.multiply(a, new MatrixPanels(b), c, workers);
    }
  }

  @Override
  public void multiplyAdd(Matrix a, Matrix b, Matrix c, Workers workers) {
    ScalarProducts.check(a, b, c);
    if (isFewRows(c) && b.columnStride() == 1) {
      ProductTile tile =
          ProductTile.adding(a.rowStride(), a.columnStride(), c.rowStride())
              .withBRowStride(b.rowStride());
      FewRowsProduct.byColumns(a, b, c, tile, workers);
    } else {
      PanelProduct.multiplyAdd(a, new MatrixPanels(b), c, workers);
    }
  }

  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, Workspace scratch) {
    ScalarProducts.check(a, b, c);
    SmallProduct.run(
        a, b, c, ProductTile.writing(a.rowStride(), a.columnStride(), c.rowStride()), scratch);
  }

  @Override
  public void multiplyAdd(Matrix a, Matrix b, Matrix c, Workspace scratch) {
    ScalarProducts.check(a, b, c);
    SmallProduct.run(
        a, b, c, ProductTile.adding(a.rowStride(), a.columnStride(), c.rowStride()), scratch);
  }

  private static boolean isFewRows(Matrix c) {
    return c.rows() <= FEW_ROWS;
  }
}
