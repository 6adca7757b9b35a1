package dev.heed.kernel;

import dev.heed.tensor.Workspace;

/// A large product by packed panels, blocked for the caches.
///
/// For each block of [#DEPTH] of the summed axis the threads pack that block of `b` into panels
/// together; then they divide blocks of rows of `c` among themselves, and pack the next block of
/// `b` on the way. A task copies its rows of `a` next to each other (the second cache), and for one
/// panel after another (the first cache) runs the register tile down those rows. The scheme is that
/// of Goto and van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication", section 4,
/// with the roles of the operands as in BLIS.
///
/// Each number of `c` is summed block by block and within a block in order, whatever the threads
/// and the cut into tasks.
final class PanelProduct {
  /// The summed length of a panel: long enough that reading and writing `c` in between hardly
  /// counts, short enough that a task's rows of `a` and a panel share a second-level cache. A
  /// multiple of 256, see [PanelSource#pack].
  static final int DEPTH = 768;

  /// Panels packed at a time: with [#DEPTH] 4.5 MiB, a share of the last-level cache.
  private static final int PANELS = 48;

  /// The most rows a task: with [#DEPTH] 288 KiB of `a`.
  private static final int MOST_ROWS = 8 * ProductTile.ROWS;

  /// The fewest rows a task, each of which reads all its panels.
  private static final int LEAST_ROWS = 2 * ProductTile.ROWS;

  /// Blocks of rows to cut `c` into, so that no thread idles long at the end.
  private static final int TASKS = 24;

  /// With fewer blocks of rows the panels are divided too, at the price of packing rows again.
  private static final int FEW_TASKS = 12;

  /// Numbers that are worth a task of packing.
  private static final int PACKED_A_TASK = 1 << 14;

  private static final int MOST_PANELS_A_PACKING = 4;

  private final Matrix a;
  private final PanelSource b;
  private final Matrix c;
  private final boolean adds;
  private final float[] panels;
  private final int rowsATask;
  private final LatestTile tiles = new LatestTile();

  private PanelProduct(Matrix a, PanelSource b, Matrix c, boolean adds, float[] panels) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.adds = adds;
    this.panels = panels;
    int tiles = (c.rows() / TASKS + ProductTile.ROWS - 1) / ProductTile.ROWS;
    rowsATask = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, tiles * ProductTile.ROWS));
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
    int size = Math.min(PANELS, panels(c.columns())) * Math.min(DEPTH, b.k()) * ProductTile.COLUMNS;
    float[] memory = workers.borrow(2 * size);
    try {
      new PanelProduct(a, b, c, adds, memory).run(size, workers);
    } finally {
      workers.giveBack(memory);
    }
  }

  private static int panels(int columns) {
    return (columns + ProductTile.COLUMNS - 1) / ProductTile.COLUMNS;
  }

  private void run(int size, Workers workers) {
    int depths = Math.max(1, (b.k() + DEPTH - 1) / DEPTH);
    int blocks = depths * ((panels(c.columns()) + PANELS - 1) / PANELS);
    Block next = block(0, depths, 0);
    int packings = next.packings();
    Block first = next;
    workers.run(packings, (task, _) -> pack(first, task));
    for (int i = 0; i < blocks; i++) {
      Block now = next;
      next = i + 1 < blocks ? block(i + 1, depths, (i + 1) % 2 * size) : Block.NONE;
      step(now, next, workers);
    }
  }

  private Block block(int index, int depths, int at) {
    int from = index / depths * PANELS;
    int kFrom = index % depths * DEPTH;
    int to = Math.min(panels(c.columns()), from + PANELS);
    return new Block(from, to, kFrom, Math.min(b.k(), kFrom + DEPTH), at);
  }

  /// Panels `from` to `to` of `b`, `kFrom` to `kTo` of the summed axis, packed from `at` on.
  private record Block(int from, int to, int kFrom, int kTo, int at) {
    static final Block NONE = new Block(0, 0, 0, 0, 0);

    int panels() {
      return to - from;
    }

    int depth() {
      return kTo - kFrom;
    }

    int packings() {
      return (panels() + panelsAPacking() - 1) / panelsAPacking();
    }

    int panelsAPacking() {
      int panel = Math.max(1, depth() * ProductTile.COLUMNS);
      return Math.clamp(PACKED_A_TASK / panel, 1, MOST_PANELS_A_PACKING);
    }

    int panelAt(int panel) {
      return at + (panel - from) * depth() * ProductTile.COLUMNS;
    }
  }

  /// Multiplies with the panels of `now` and packs those of `next`.
  private void step(Block now, Block next, Workers workers) {
    int rowBlocks = (c.rows() + rowsATask - 1) / rowsATask;
    int groups = Math.min(now.panels(), Math.max(1, FEW_TASKS / rowBlocks));
    int packings = next.packings();
    workers.run(
        packings + rowBlocks * groups,
        (task, scratch) -> {
          if (task < packings) {
            pack(next, task);
          } else {
            int tile = task - packings;
            multiply(now, tile / groups, tile % groups, groups, scratch);
          }
        });
  }

  private void pack(Block block, int task) {
    int from = block.from() + task * block.panelsAPacking();
    for (int panel = from; panel < Math.min(block.to(), from + block.panelsAPacking()); panel++) {
      int column = panel * ProductTile.COLUMNS;
      b.pack(column, block.kFrom(), block.kTo(), panels, block.panelAt(panel));
    }
  }

  /// The rows of one task times its group of panels.
  private void multiply(Block block, int rowBlock, int group, int groups, Workspace scratch) {
    int row = rowBlock * rowsATask;
    int rows = Math.min(rowsATask, c.rows() - row);
    Matrix part = RowPacking.pack(a, row, rows, block.kFrom(), block.depth(), scratch);
    boolean continues = adds || block.kFrom() > 0;
    ProductTile tile =
        continues
            ? tiles.adding(part.rowStride(), part.columnStride(), c.rowStride())
            : tiles.writing(part.rowStride(), part.columnStride(), c.rowStride());
    int from = block.from() + block.panels() * group / groups;
    int to = block.from() + block.panels() * (group + 1) / groups;
    for (int panel = from; panel < to; panel++) {
      int column = panel * ProductTile.COLUMNS;
      tile.multiplyInto(part, panels, block.panelAt(panel), c, row, column, scratch);
    }
  }
}
