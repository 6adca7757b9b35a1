package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// The rows of one source before those of another: learned ones before those of a text. The first
/// may be of one batch, which serves every batch of the second.
public record JoinedRows(HeadRows first, HeadRows second) implements HeadRows {
  public JoinedRows {
    HeadView.Axes a = first.axes();
    HeadView.Axes b = second.axes();
    boolean batches = a.batch() == 1 || a.batch() == b.batch();
    if (!batches || a.heads() != b.heads() || a.width() != b.width()) {
      throw new ShapeException(
          "join: rows %s do not fit before %s; heads and width must match, and the batch or 1"
              .formatted(first, second));
    }
  }

  @Override
  public HeadView.Axes axes() {
    HeadView.Axes b = second.axes();
    int length = Math.addExact(first.axes().length(), b.length());
    return new HeadView.Axes(b.batch(), b.heads(), length, b.width());
  }

  @Override
  public Reader reader(int most, Workspace scratch) {
    Reader before = first.reader(most, scratch);
    Reader after = second.reader(most, scratch);
    Tensor memory = scratch.take(most, axes().width());
    int length = first.axes().length();
    return (batch, head, from, to) -> {
      int batchOfFirst = first.axes().batch() == 1 ? 0 : batch;
      if (to <= length) {
        return before.rows(batchOfFirst, head, from, to);
      }
      if (from >= length) {
        return after.rows(batch, head, from - length, to - length);
      }
      int at = put(before.rows(batchOfFirst, head, from, length), memory, memory.offset());
      put(after.rows(batch, head, 0, to - length), memory, at);
      int width = memory.axis(1);
      return new Matrix(memory.array(), memory.offset(), to - from, width, width, 1);
    };
  }

  /// Copies rows to `at`, and returns the place after them.
  private static int put(Matrix rows, Tensor memory, int at) {
    for (int row = 0; row < rows.rows(); row++) {
      int from = rows.offset() + row * rows.rowStride();
      System.arraycopy(
          rows.array(), from, memory.array(), at + row * rows.columns(), rows.columns());
    }
    return at + rows.rows() * rows.columns();
  }

  @Override
  public int end(int batch, int from) {
    int length = first.axes().length();
    return from < length
        ? first.end(first.axes().batch() == 1 ? 0 : batch, from)
        : length + second.end(batch, from - length);
  }

  @Override
  public boolean rounded() {
    return first.rounded() || second.rounded();
  }

  @Override
  public HeadView whole() {
    return HeadRows.copy(this);
  }

  @Override
  public JoinedRows checkInside(String name) {
    first.checkInside(name);
    second.checkInside(name);
    return this;
  }

  @Override
  public String toString() {
    return "%s before %s".formatted(first, second);
  }
}
