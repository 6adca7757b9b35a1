package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.ShapeException;

/// Rows kept as they came.
final class FloatStore implements RowStore {
  private final int width;
  private float[] numbers = {};

  FloatStore(int width) {
    this.width = width;
  }

  /// The numbers of `groups` of `rows` each, which must fit an array.
  static int size(int groups, int rows, int width) {
    long size = (long) groups * rows * width;
    if (size > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "cache: %d slots for %d heads of width %d take %d numbers, an array holds %d"
              .formatted(rows, groups, width, size, Integer.MAX_VALUE - 8));
    }
    return (int) size;
  }

  @Override
  public void resize(int groups, int before, int rows) {
    float[] moved = new float[size(groups, rows, width)];
    int count = Math.min(before, rows) * width;
    for (int group = 0; group < groups && count > 0; group++) {
      System.arraycopy(numbers, group * before * width, moved, group * rows * width, count);
    }
    numbers = moved;
  }

  @Override
  public void put(float[] from, int at, int row) {
    System.arraycopy(from, at, numbers, row * width, width);
  }

  @Override
  public void copy(RowStore other, int from, int to, int count) {
    float[] source = ((FloatStore) other).numbers;
    System.arraycopy(source, from * width, numbers, to * width, count * width);
  }

  @Override
  public Matrix rows(int from, int count, float[] scratch, int at) {
    return new Matrix(numbers, from * width, count, width, width, 1);
  }

  @Override
  public HeadRows view(HeadView.Axes axes, int rowsOfHead) {
    int head = rowsOfHead * width;
    return new HeadView(numbers, 0, axes, axes.heads() * head, head, width);
  }

  @Override
  public long bytes() {
    return 4L * numbers.length;
  }
}
