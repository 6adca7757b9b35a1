package dev.heed.attention;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Rows of heads in eight bits: each tile is turned into floats as it is read.
///
/// @param rowsOfHead rows from the first of a head to the first of the next
record ByteRows(ByteStore store, HeadView.Axes axes, int rowsOfHead) implements HeadRows {
  @Override
  public Reader reader(int most, Workspace scratch) {
    Tensor memory = scratch.take(most, axes.width());
    return (batch, head, from, to) -> {
      int row = (batch * axes.heads() + head) * rowsOfHead + from;
      return store.rows(row, to - from, memory.array(), memory.offset());
    };
  }

  @Override
  public int end(int batch, int from) {
    return axes.length();
  }

  @Override
  public boolean rounded() {
    return true;
  }

  @Override
  public HeadView whole() {
    return HeadRows.copy(this);
  }

  @Override
  public ByteRows checkInside(String name) {
    return this;
  }

  @Override
  public String toString() {
    return "[%d, %d, %d, %d] in 8 bits"
        .formatted(axes.batch(), axes.heads(), axes.length(), axes.width());
  }
}
