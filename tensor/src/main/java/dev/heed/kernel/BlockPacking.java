package dev.heed.kernel;

/// Rows of queries to a panel with a query in each lane, and back.
final class BlockPacking {
  private static final int QUERIES = QueryBlock.QUERIES;

  private BlockPacking() {}

  /// `panel[e][t] = rows[t][e]`, zero where there are no more rows.
  static void pack(Matrix rows, float[] panel) {
    if (rows.rows() < QUERIES) {
      java.util.Arrays.fill(panel, 0, rows.columns() * QUERIES, 0);
    }
    for (int t = 0; t < rows.rows(); t++) {
      int from = rows.offset() + t * rows.rowStride();
      for (int e = 0; e < rows.columns(); e++) {
        panel[e * QUERIES + t] = rows.array()[from + e * rows.columnStride()];
      }
    }
  }

  /// `rows[t][w] = panel[w][t]`.
  static void unpack(float[] panel, Matrix rows) {
    for (int t = 0; t < rows.rows(); t++) {
      int from = rows.offset() + t * rows.rowStride();
      for (int w = 0; w < rows.columns(); w++) {
        rows.array()[from + w] = panel[w * QUERIES + t];
      }
    }
  }
}
