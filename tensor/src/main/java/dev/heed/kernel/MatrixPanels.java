package dev.heed.kernel;

/// Panels of floats in an array, of any strides.
record MatrixPanels(Matrix b) implements PanelSource {
  @Override
  public int k() {
    return b.rows();
  }

  @Override
  public int n() {
    return b.columns();
  }

  @Override
  public void pack(int column, int kFrom, int kTo, float[] panel, int panelFrom) {
    int columns = Math.min(ProductTile.COLUMNS, b.columns() - column);
    int from = b.offset() + kFrom * b.rowStride() + column * b.columnStride();
    int k = kTo - kFrom;
    if (b.columnStride() == 1) {
      VectorPanelPacking.copy(b.array(), from, b.rowStride(), k, columns, panel, panelFrom);
    } else if (b.rowStride() == 1) {
      VectorPanelPacking.transpose(b.array(), from, b.columnStride(), k, columns, panel, panelFrom);
    } else {
      VectorPanelPacking.gather(
          b.array(), from, b.rowStride(), b.columnStride(), k, columns, panel, panelFrom);
    }
  }
}
