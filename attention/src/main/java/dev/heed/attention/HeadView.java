package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Rows of heads in a `float[]`: the row of batch `b`, head `h` and position `t` begins at `offset
/// + b * batchStride + h * headStride + t * rowStride` and is `width` contiguous numbers.
///
/// One view serves `[B, H, T, E]`, a projection `[B, T, H·E]` that was never transposed, and a
/// cache.
public record HeadView(
    float[] array, int offset, Axes axes, int batchStride, int headStride, int rowStride)
    implements HeadRows {

  /// How many of each there are.
  public record Axes(int batch, int heads, int length, int width) {}

  /// The heads of a tensor `[B, H, T, E]`.
  public static HeadView of(Tensor tensor) {
    if (tensor.shape().rank() != 4) {
      throw new ShapeException("heads: %s has no four axes [B, H, T, E]".formatted(tensor));
    }
    Axes axes = new Axes(tensor.axis(0), tensor.axis(1), tensor.axis(2), tensor.axis(3));
    int head = axes.length() * axes.width();
    return new HeadView(
        tensor.array(), tensor.offset(), axes, axes.heads() * head, head, axes.width());
  }

  /// The heads of a projection `[B, T, H·E]`, side by side in each row.
  public static HeadView split(Tensor tensor, int heads) {
    if (tensor.shape().rank() != 3 || heads < 1 || tensor.axis(2) % heads != 0) {
      throw new ShapeException("heads: %s is not [B, T, H·E] with H = %d".formatted(tensor, heads));
    }
    int row = tensor.axis(2);
    Axes axes = new Axes(tensor.axis(0), heads, tensor.axis(1), row / heads);
    return new HeadView(
        tensor.array(), tensor.offset(), axes, axes.length() * row, axes.width(), row);
  }

  @Override
  public Reader reader(int most, Workspace scratch) {
    return (batch, head, from, to) ->
        new Matrix(array, row(batch, head, from), to - from, axes.width(), rowStride, 1);
  }

  @Override
  public int end(int batch, int from) {
    return axes.length();
  }

  @Override
  public HeadView whole() {
    return this;
  }

  @Override
  public boolean rounded() {
    return false;
  }

  /// Checks that every row lies in the array.
  @Override
  public HeadView checkInside(String name) {
    long last =
        offset
            + (axes.batch - 1L) * batchStride
            + (axes.heads - 1L) * headStride
            + (axes.length - 1L) * rowStride
            + axes.width;
    boolean empty = axes.batch < 1 || axes.heads < 1 || axes.length < 1;
    boolean forward = offset >= 0 && batchStride >= 0 && headStride >= 0 && rowStride >= 0;
    if (!empty && (!forward || last > array.length)) {
      throw new ShapeException(
          "attention: %s %s from %d with strides %d, %d and %d reaches beyond its %d numbers; %d would fit"
              .formatted(
                  name, this, offset, batchStride, headStride, rowStride, array.length, last));
    }
    return this;
  }

  /// Where a row begins in the array.
  public int row(int batch, int head, int position) {
    return offset + batch * batchStride + head * headStride + position * rowStride;
  }

  @Override
  public String toString() {
    return "[%d, %d, %d, %d]".formatted(axes.batch(), axes.heads(), axes.length(), axes.width());
  }
}
