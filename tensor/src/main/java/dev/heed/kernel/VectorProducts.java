package dev.heed.kernel;

/// Matrix products by the register tile.
final class VectorProducts implements Products {
  @Override
  public void multiply(Matrix a, Matrix b, Matrix c, Workers workers) {
    ScalarProducts.check(a, b, c);
    PanelProduct.multiply(a, new MatrixPanels(b), c, workers);
  }

  @Override
  public void multiplyAdd(Matrix a, Matrix b, Matrix c, Workers workers) {
    ScalarProducts.check(a, b, c);
    PanelProduct.multiplyAdd(a, new MatrixPanels(b), c, workers);
  }
}
