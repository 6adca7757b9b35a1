package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;
import java.lang.foreign.MemorySegment;

/// The product `y = x wᵀ`, cut into tasks of 64 rows of `w`.
///
/// One row of `x` is multiplied with four rows of `w` as they are read. They lie a quarter of the
/// task apart, so that each of them is part of a long run of memory. For more rows of `x` the task
/// first unpacks its rows of `w` to floats, which stay in the second cache while all rows of `x`
/// pass by, four at a time.
record WeightTask(Tensor x, Weight w, Tensor y, RowUnpacking unpacking) implements Workers.Task {
  private static final int OUTS = 64;
  private static final int ROWS = VectorStoredRows.ROWS;

  int tasks() {
    return (out() + OUTS - 1) / OUTS;
  }

  private int in() {
    return x.axis(-1);
  }

  private int out() {
    return y.axis(-1);
  }

  @Override
  public void run(int index, Workspace scratch) {
    int from = index * OUTS;
    int count = Math.min(OUTS, out() - from);
    if (w.array().isPresent()) {
      multiplyFloats(w.array().get(), from * in(), from, count, scratch);
      return;
    }
    MemorySegment rows = w.segment().asSlice(from * w.rowBytes(), count * w.rowBytes());
    if (!rows.isNative() && unpacking.reader().isPresent()) {
      rows = scratch.bytes(rows.byteSize()).copyFrom(rows);
    }
    boolean direct = x.shape().rows() == 1 && VectorStoredRows.bound(in()) == in();
    if (direct && unpacking.reader().isPresent()) {
      multiplyDirect(rows, from, count, scratch);
    } else {
      multiplyUnpacked(rows, from, count, scratch);
    }
  }

  private void multiplyDirect(MemorySegment rows, int from, int count, Workspace scratch) {
    VectorStoredRows kernel = unpacking.reader().get();
    float[] sums = scratch.room();
    int quarter = count / ROWS;
    long bytes = w.rowBytes();
    int yAt = y.offset() + from;
    for (int row = 0; row < quarter; row++) {
      kernel.dots(rows, row * bytes, quarter * bytes, x.array(), x.offset(), in(), sums, 0);
      VectorLaneSums.sum(sums, 0, y.array(), yAt + row, quarter);
    }
    for (int row = ROWS * quarter; row < count; row++) {
      kernel.dots(rows, row * bytes, 0, x.array(), x.offset(), in(), sums, 0);
      VectorLaneSums.sum(sums, 0, y.array(), yAt + row, 0);
    }
  }

  private void multiplyUnpacked(MemorySegment rows, int from, int count, Workspace scratch) {
    Tensor floats = scratch.take(count, in());
    for (int row = 0; row < count; row++) {
      int at = floats.offset() + row * in();
      unpacking.unpack(rows, row * w.rowBytes(), in(), floats.array(), at);
    }
    multiplyFloats(floats.array(), floats.offset(), from, count, scratch);
  }

  /// All rows of `x` times `count` rows of floats, which are rows `from` and following of `w`.
  private void multiplyFloats(float[] floats, int at, int from, int count, Workspace scratch) {
    int rows = x.shape().rows();
    int quarter = count / ROWS;
    DotTile near = new DotTile(in(), in(), in(), out(), 1, scratch.room());
    int row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
      for (int group = 0; group < quarter; group++) {
        near.four(
            floats,
            at + ROWS * group * in(),
            x.array(),
            xAt(row),
            y.array(),
            yAt(row, from + ROWS * group));
      }
    }
    DotTile far = new DotTile(in(), quarter * in(), in(), out(), quarter, scratch.room());
    for (; row < rows; row++) {
      for (int group = 0; group < quarter; group++) {
        far.one(floats, at + group * in(), x.array(), xAt(row), y.array(), yAt(row, from + group));
      }
    }
    DotTile alone = new DotTile(in(), 0, in(), out(), 0, scratch.room());
    for (row = 0; row < rows; row++) {
      for (int left = ROWS * quarter; left < count; left++) {
        alone.one(floats, at + left * in(), x.array(), xAt(row), y.array(), yAt(row, from + left));
      }
    }
  }

  private int xAt(int row) {
    return x.offset() + row * in();
  }

  private int yAt(int row, int column) {
    return y.offset() + row * out() + column;
  }
}
