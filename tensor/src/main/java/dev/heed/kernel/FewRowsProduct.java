package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// A product with so few rows that packing `b` would cost as much as multiplying with it: `b` is
/// read in place, by columns where its rows are contiguous, by dot products where its columns are.
final class FewRowsProduct {
  /// Multiply-adds a task: some ten microseconds.
  private static final int WORK_A_TASK = 1 << 19;

  /// Numbers of `b` that a second-level cache holds.
  private static final int CACHED = 1 << 17;

  /// Rows and columns of a slab, the piece of a `b` beyond the cache that is read at a time: few
  /// rows, each long, because that is what the machine fetches ahead.
  private static final int SLAB_ROWS = 16;

  private static final int SLAB_PANELS = 8;

  private static final int COLUMNS = ProductTile.COLUMNS;
  private static final int DOTS = 4;

  private FewRowsProduct() {}

  /// `c (+)= a b` where rows of `b` are contiguous.
  static void byColumns(Matrix a, Matrix b, Matrix c, ProductTile tile, Workers workers) {
    boolean cached = (long) b.rows() * b.columns() <= CACHED;
    int panels = (c.columns() + COLUMNS - 1) / COLUMNS;
    int each = Math.max(cached ? 1 : SLAB_PANELS, perTask(a, COLUMNS));
    int slab = cached ? Math.max(1, a.columns()) : SLAB_ROWS;
    workers.run(
        (panels + each - 1) / each,
        (task, scratch) -> {
          Matrix part = part(c, task * each * COLUMNS, each * COLUMNS);
          Matrix columns = part(b, task * each * COLUMNS, each * COLUMNS);
          for (int k = 0; k == 0 || k < a.columns(); k += slab) {
            int depth = Math.min(slab, a.columns() - k);
            ProductTile step = k == 0 ? tile : tile.continued();
            slab(part(a, k, depth), rowsOf(columns, k, depth), part, step, scratch);
          }
        });
  }

  private static int perTask(Matrix a, int columns) {
    long work = (long) a.rows() * a.columns() * columns;
    return (int) Math.max(1, WORK_A_TASK / Math.max(1, work));
  }

  private static Matrix part(Matrix m, int column, int columns) {
    int count = Math.min(columns, m.columns() - column);
    int from = m.offset() + column * m.columnStride();
    return new Matrix(m.array(), from, m.rows(), count, m.rowStride(), m.columnStride());
  }

  private static Matrix rowsOf(Matrix m, int row, int rows) {
    int from = m.offset() + row * m.rowStride();
    return new Matrix(m.array(), from, rows, m.columns(), m.rowStride(), m.columnStride());
  }

  private static void slab(Matrix a, Matrix b, Matrix c, ProductTile tile, Workspace scratch) {
    int column = 0;
    for (; column + COLUMNS <= c.columns(); column += COLUMNS) {
      tile.multiplyInto(a, b.array(), b.offset() + column, c, 0, column, scratch);
    }
    if (column < c.columns()) {
      Workspace.Mark mark = scratch.mark();
      Tensor panel = scratch.take(b.rows(), COLUMNS);
      float[] array = panel.array();
      int columns = c.columns() - column;
      VectorPanelPacking.copy(
          b.array(), b.offset() + column, b.rowStride(), b.rows(), columns, array, panel.offset());
      ProductTile packed = tile.withBRowStride(COLUMNS);
      packed.multiplyInto(a, array, panel.offset(), c, 0, column, scratch);
      scratch.release(mark);
    }
  }

  /// `c = a b` where columns of `b` and rows of `a` are contiguous.
  static void byDots(Matrix a, Matrix b, Matrix c, Workers workers) {
    int each = perTask(a, DOTS) * DOTS;
    workers.run(
        (c.columns() + each - 1) / each,
        (task, scratch) -> {
          int to = Math.min(c.columns(), (task + 1) * each);
          dots(a, b, c, task * each, to, scratch.room());
        });
  }

  private static void dots(Matrix a, Matrix b, Matrix c, int from, int to, float[] sums) {
    DotTile four =
        new DotTile(a.columns(), b.columnStride(), a.rowStride(), c.rowStride(), 1, sums);
    DotTile one = new DotTile(a.columns(), 0, a.rowStride(), c.rowStride(), 0, sums);
    int column = from;
    for (; column + DOTS <= to; column += DOTS) {
      dot(four, a, b, c, column);
    }
    for (; column < to; column++) {
      dot(one, a, b, c, column);
    }
  }

  private static void dot(DotTile tile, Matrix a, Matrix b, Matrix c, int column) {
    int at = b.offset() + column * b.columnStride();
    tile.multiply(a.rows(), b.array(), at, a.array(), a.offset(), c.array(), c.offset() + column);
  }
}
