package dev.heed.kernel;

import static dev.heed.kernel.ProductTile.COLUMNS;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// A product of matrices that the caches hold, by one thread: the right-hand side is read in place
/// where its rows are contiguous, else packed panel by panel.
final class SmallProduct {
  private SmallProduct() {}

  /// `c = a b` or `c += a b`, as `tile` does.
  static void run(Matrix a, Matrix b, Matrix c, ProductTile tile, Workspace scratch) {
    Workspace.Mark mark = scratch.mark();
    MatrixPanels panels = new MatrixPanels(b);
    ProductTile inPlace = tile.withBRowStride(b.rowStride());
    Tensor panel = scratch.take(b.rows(), COLUMNS);
    for (int column = 0; column < c.columns(); column += COLUMNS) {
      if (b.columnStride() == 1 && column + COLUMNS <= c.columns()) {
        inPlace.multiplyInto(a, b.array(), b.offset() + column, c, 0, column, scratch);
      } else {
        panels.pack(column, 0, b.rows(), panel.array(), panel.offset());
        tile.multiplyInto(a, panel.array(), panel.offset(), c, 0, column, scratch);
      }
    }
    scratch.release(mark);
  }
}
