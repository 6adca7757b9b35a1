package dev.heed.kernel;

/// Rows of queries to a panel with a query in each lane, and back.
final class BlockPacking {
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int SIZE = TransposeTile.SIZE;
  private static final boolean HAS_TILE = ProductTile.LANES == SIZE;

  private BlockPacking() {}

  /// `panel[e][t] = rows[t][e]`, zero where there are no more rows.
  static void pack(Matrix rows, float[] panel) {
    if (rows.columnStride() == 1) {
      VectorPanelPacking.transpose(
          rows.array(), rows.offset(), rows.rowStride(), rows.columns(), rows.rows(), panel, 0);
    } else {
      VectorPanelPacking.gather(
          rows.array(),
          rows.offset(),
          rows.columnStride(),
          rows.rowStride(),
          rows.columns(),
          rows.rows(),
          panel,
          0);
    }
  }

  /// `rows[t][w] = panel[w][t]`.
  static void unpack(float[] panel, Matrix rows) {
    int columns = HAS_TILE ? rows.columns() / SIZE * SIZE : 0;
    int whole = rows.rows() / SIZE * SIZE;
    for (int t = 0; t < whole; t += SIZE) {
      int to = rows.offset() + t * rows.rowStride();
      for (int w = 0; w < columns; w += SIZE) {
        TransposeTile.transpose(
            panel, w * QUERIES + t, QUERIES, rows.array(), to + w, rows.rowStride());
      }
    }
    scatter(panel, 0, whole, columns, rows);
    scatter(panel, whole, rows.rows(), 0, rows);
  }

  private static void scatter(float[] panel, int row, int rowTo, int column, Matrix rows) {
    for (int t = row; t < rowTo; t++) {
      int to = rows.offset() + t * rows.rowStride();
      for (int w = column; w < rows.columns(); w++) {
        rows.array()[to + w] = panel[w * QUERIES + t];
      }
    }
  }
}
