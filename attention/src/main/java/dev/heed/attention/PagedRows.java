package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Rows of heads in pages: the row of batch `b`, head `g` and place `s` is row `g * rows + s %
/// rows` of page `table[b][s / rows]`. A tile within a page is read where it lies, any other is
/// gathered.
///
/// @param pages the store of each page
/// @param table the pages of each batch
/// @param rows places of a page
record PagedRows(
    RowStore[] pages, int[][] table, HeadView.Axes axes, int rows, CacheNumbers numbers)
    implements HeadRows {
  @Override
  public Reader reader(int most, Workspace scratch) {
    return new Gather(scratch.take(most, axes.width()));
  }

  private final class Gather implements Reader {
    private final Tensor memory;

    Gather(Tensor memory) {
      this.memory = memory;
    }

    @Override
    public Matrix rows(int batch, int head, int from, int to) {
      if (to <= PagedRows.this.end(batch, from)) {
        return piece(batch, head, from, to, memory.offset());
      }
      int width = axes.width();
      for (int start = from; start < to; ) {
        int stop = Math.min(to, PagedRows.this.end(batch, start));
        int at = memory.offset() + (start - from) * width;
        Matrix piece = piece(batch, head, start, stop, at);
        System.arraycopy(piece.array(), piece.offset(), memory.array(), at, (stop - start) * width);
        start = stop;
      }
      return new Matrix(memory.array(), memory.offset(), to - from, width, width, 1);
    }

    private Matrix piece(int batch, int head, int from, int to, int at) {
      RowStore page = pages[table[batch][from / rows]];
      return page.rows(head * rows + from % rows, to - from, memory.array(), at);
    }
  }

  @Override
  public int end(int batch, int from) {
    return Math.min(axes.length(), (from / rows + 1) * rows);
  }

  @Override
  public boolean rounded() {
    return numbers == CacheNumbers.BYTE;
  }

  @Override
  public HeadView whole() {
    return HeadRows.copy(this);
  }

  @Override
  public PagedRows checkInside(String name) {
    return this;
  }

  @Override
  public String toString() {
    return "[%d, %d, %d, %d] in pages of %d"
        .formatted(axes.batch(), axes.heads(), axes.length(), axes.width(), rows);
  }
}
