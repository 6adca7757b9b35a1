package dev.heed.kernel;

import java.util.Arrays;

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
    if (b.columnStride() == 1) {
      copyRows(b.array(), from, b.rowStride(), kTo - kFrom, columns, panel, panelFrom);
    } else {
      gather(b, from, kTo - kFrom, columns, panel, panelFrom);
    }
  }

  private static void copyRows(
      float[] b, int from, int stride, int k, int columns, float[] panel, int panelFrom) {
    for (int i = 0; i < k; i++) {
      int at = panelFrom + i * ProductTile.COLUMNS;
      System.arraycopy(b, from + i * stride, panel, at, columns);
      Arrays.fill(panel, at + columns, at + ProductTile.COLUMNS, 0);
    }
  }

  private static void gather(Matrix b, int from, int k, int columns, float[] panel, int panelFrom) {
    for (int i = 0; i < k; i++) {
      int at = panelFrom + i * ProductTile.COLUMNS;
      for (int j = 0; j < columns; j++) {
        panel[at + j] = b.array()[from + i * b.rowStride() + j * b.columnStride()];
      }
      Arrays.fill(panel, at + columns, at + ProductTile.COLUMNS, 0);
    }
  }
}
