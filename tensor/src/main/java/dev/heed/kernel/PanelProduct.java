package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// A large product by packed panels, blocked for the caches.
///
/// For each block of [#DEPTH] of the summed axis, the threads pack that block of `b` into panels
/// together, then divide blocks of rows of `c` among themselves. A task copies its rows of `a` next
/// to each other (the second cache), and for one panel after another (the first cache) runs the
/// register tile down those rows. The scheme is that of Goto and van de Geijn 2008, "Anatomy of
/// High-Performance Matrix Multiplication", §4, with the roles of the operands as in BLIS.
///
/// Each number of `c` is summed block by block and within a block in order, whatever the threads
/// and the cut into tasks.
final class PanelProduct {
  /// The summed length of a panel: 32 columns of it fill most of a first-level cache. A multiple of
  /// 256, see [PanelSource#pack].
  static final int DEPTH = 256;

  /// Panels packed at a time: with [#DEPTH] 4 MiB, a share of the last-level cache.
  private static final int PANELS = 128;

  /// Rows a task: with [#DEPTH] 96 KiB of `a`.
  private static final int ROWS_A_TASK = 8 * ProductTile.ROWS;

  /// Tasks to cut a block into, so that no thread idles long at its end.
  private static final int TASKS = 24;

  private static final int PANELS_A_PACKING = 4;

  private final Matrix a;
  private final PanelSource b;
  private final Matrix c;
  private final float[] panels;

  private PanelProduct(Matrix a, PanelSource b, Matrix c, float[] panels) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.panels = panels;
  }

  /// `c = a b`.
  static void multiply(Matrix a, PanelSource b, Matrix c, Workers workers) {
    run(a, b, c, false, workers);
  }

  /// `c += a b`.
  static void multiplyAdd(Matrix a, PanelSource b, Matrix c, Workers workers) {
    run(a, b, c, true, workers);
  }

  private static void run(Matrix a, PanelSource b, Matrix c, boolean adds, Workers workers) {
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    int width = Math.min(PANELS, panelsOf(c.columns()));
    int depth = Math.min(DEPTH, b.k());
    float[] panels = workers.borrow(width * depth * ProductTile.COLUMNS);
    try {
      PanelProduct product = new PanelProduct(a, b, c, panels);
      for (int panel = 0; panel < panelsOf(c.columns()); panel += PANELS) {
        int last = Math.min(panelsOf(c.columns()), panel + PANELS);
        for (int k = 0; k == 0 || k < b.k(); k += DEPTH) {
          product.block(
              new Block(panel, last, k, Math.min(b.k(), k + DEPTH), adds || k > 0), workers);
        }
      }
    } finally {
      workers.giveBack(panels);
    }
  }

  private static int panelsOf(int columns) {
    return (columns + ProductTile.COLUMNS - 1) / ProductTile.COLUMNS;
  }

  /// Panels `from` to `to` of `b`, `kFrom` to `kTo` of the summed axis.
  private record Block(int from, int to, int kFrom, int kTo, boolean adds) {
    int panels() {
      return to - from;
    }

    int depth() {
      return kTo - kFrom;
    }

    int panelSize() {
      return depth() * ProductTile.COLUMNS;
    }
  }

  private void block(Block block, Workers workers) {
    workers.run(
        (block.panels() + PANELS_A_PACKING - 1) / PANELS_A_PACKING, (task, _) -> pack(block, task));
    int rowBlocks = (c.rows() + ROWS_A_TASK - 1) / ROWS_A_TASK;
    int groups = Math.min(block.panels(), Math.max(1, TASKS / rowBlocks));
    workers.run(
        rowBlocks * groups,
        (task, scratch) -> tiles(block, task / groups, task % groups, groups, scratch));
  }

  private void pack(Block block, int task) {
    int to = Math.min(block.panels(), (task + 1) * PANELS_A_PACKING);
    for (int panel = task * PANELS_A_PACKING; panel < to; panel++) {
      int column = (block.from() + panel) * ProductTile.COLUMNS;
      b.pack(column, block.kFrom(), block.kTo(), panels, panel * block.panelSize());
    }
  }

  /// The rows of one task times its group of panels.
  private void tiles(Block block, int rowBlock, int group, int groups, Workspace scratch) {
    int row = rowBlock * ROWS_A_TASK;
    int rows = Math.min(ROWS_A_TASK, c.rows() - row);
    Matrix part = packRows(row, rows, block, scratch);
    ProductTile tile =
        new ProductTile(part.rowStride(), part.columnStride(), c.rowStride(), block.adds());
    int to = (int) ((long) block.panels() * (group + 1) / groups);
    for (int panel = (int) ((long) block.panels() * group / groups); panel < to; panel++) {
      int column = (block.from() + panel) * ProductTile.COLUMNS;
      int at = c.offset() + row * c.rowStride() + column;
      int panelAt = panel * block.panelSize();
      if (c.columns() - column >= ProductTile.COLUMNS) {
        tile.multiply(
            rows, block.depth(), part.array(), part.offset(), panels, panelAt, c.array(), at);
      } else {
        lastColumns(tile, part, panelAt, c.columns() - column, at, scratch);
      }
    }
  }

  /// Rows of `a` copied to lie next to each other, not a power of two apart.
  private Matrix packRows(int row, int rows, Block block, Workspace scratch) {
    int k = block.depth();
    int from = a.offset() + row * a.rowStride() + block.kFrom() * a.columnStride();
    if (a.columnStride() == 1) {
      int stride = (k + 15 & ~15) + 16;
      Tensor packed = scratch.take(rows * stride);
      for (int i = 0; i < rows; i++) {
        System.arraycopy(
            a.array(), from + i * a.rowStride(), packed.array(), packed.offset() + i * stride, k);
      }
      return new Matrix(packed.array(), packed.offset(), rows, k, stride, 1);
    }
    Tensor packed = scratch.take(rows * k);
    for (int i = 0; i < k; i++) {
      int at = packed.offset() + i * rows;
      int source = from + i * a.columnStride();
      for (int j = 0; j < rows; j++) {
        packed.array()[at + j] = a.array()[source + j * a.rowStride()];
      }
    }
    return new Matrix(packed.array(), packed.offset(), rows, k, 1, rows);
  }

  /// The panel that reaches beyond the last column of `c`, by way of scratch memory that has room.
  private void lastColumns(
      ProductTile tile, Matrix part, int panelAt, int columns, int at, Workspace scratch) {
    int rows = part.rows();
    Tensor whole = scratch.take(rows * ProductTile.COLUMNS);
    float[] array = whole.array();
    ProductTile.writing(tile.aRowStride(), tile.aColumnStride(), ProductTile.COLUMNS)
        .multiply(
            rows,
            part.columns(),
            part.array(),
            part.offset(),
            panels,
            panelAt,
            array,
            whole.offset());
    for (int i = 0; i < rows; i++) {
      int source = whole.offset() + i * ProductTile.COLUMNS;
      int target = at + i * c.rowStride();
      for (int j = 0; j < columns; j++) {
        c.array()[target + j] =
            tile.adds() ? c.array()[target + j] + array[source + j] : array[source + j];
      }
    }
  }
}
