package dev.heed.kernel;

import dev.heed.tensor.Dequantize;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// The product `y = x wᵀ` for few rows of `x`, cut into tasks of 64 rows of `w`.
///
/// Four rows of `w` are computed together. They lie a quarter of the task apart, so that each of
/// them is part of a long run of memory; rows left over are computed alone.
record WeightTask(Tensor x, Weight w, Tensor y, Optional<StoredRows> reader)
    implements Workers.Task {
  private static final int OUTS = 64;

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
      multiplyArray(w.array().get(), from, count);
      return;
    }
    MemorySegment rows = w.segment().asSlice(from * w.rowBytes(), count * w.rowBytes());
    if (!rows.isNative() && reader.isPresent()) {
      rows = scratch.bytes(rows.byteSize()).copyFrom(rows);
    }
    boolean direct = x.shape().rows() == 1 && StoredRows.bound(in()) == in();
    if (direct && reader.isPresent()) {
      multiplyDirect(reader.get(), rows, from, count);
    } else {
      multiplyUnpacked(rows, from, count, scratch);
    }
  }

  private void multiplyArray(float[] array, int from, int count) {
    int quarter = count / StoredRows.ROWS;
    DotTile four = tile(quarter * in(), quarter);
    for (int row = from; row < from + quarter; row++) {
      multiplyFloats(four, array, row * in(), row);
    }
    DotTile one = tile(0, 0);
    for (int row = from + StoredRows.ROWS * quarter; row < from + count; row++) {
      multiplyFloats(one, array, row * in(), row);
    }
  }

  private void multiplyDirect(StoredRows kernel, MemorySegment rows, int from, int count) {
    int quarter = count / StoredRows.ROWS;
    long bytes = w.rowBytes();
    for (int row = 0; row < quarter; row++) {
      kernel.dots(
          rows,
          row * bytes,
          quarter * bytes,
          x.array(),
          x.offset(),
          in(),
          y.array(),
          y.offset() + from + row,
          quarter);
    }
    for (int row = StoredRows.ROWS * quarter; row < count; row++) {
      kernel.dots(
          rows, row * bytes, 0, x.array(), x.offset(), in(), y.array(), y.offset() + from + row, 0);
    }
  }

  private void multiplyUnpacked(MemorySegment rows, int from, int count, Workspace scratch) {
    int quarter = count / StoredRows.ROWS;
    Tensor floats = scratch.take(StoredRows.ROWS, in());
    DotTile four = tile(in(), quarter);
    for (int row = 0; row < quarter; row++) {
      for (int stream = 0; stream < StoredRows.ROWS; stream++) {
        unpack(rows, row + stream * quarter, floats, stream);
      }
      multiplyFloats(four, floats.array(), floats.offset(), from + row);
    }
    DotTile one = tile(0, 0);
    for (int row = StoredRows.ROWS * quarter; row < count; row++) {
      unpack(rows, row, floats, 0);
      multiplyFloats(one, floats.array(), floats.offset(), from + row);
    }
  }

  private void unpack(MemorySegment rows, int row, Tensor floats, int stream) {
    long at = row * w.rowBytes();
    int to = floats.offset() + stream * in();
    int bound = reader.isPresent() ? StoredRows.bound(in()) : 0;
    if (bound > 0) {
      reader.get().unpack(rows, at, bound, floats.array(), to);
    }
    if (bound < in()) {
      Dequantize.into(
          w.type(), rows, at + w.type().bytes(bound), floats.array(), to + bound, in() - bound);
    }
  }

  private DotTile tile(int wApart, int yStep) {
    return new DotTile(in(), wApart, in(), out(), yStep);
  }

  private void multiplyFloats(DotTile tile, float[] floats, int at, int row) {
    tile.multiply(x.shape().rows(), floats, at, x.array(), x.offset(), y.array(), y.offset() + row);
  }
}
