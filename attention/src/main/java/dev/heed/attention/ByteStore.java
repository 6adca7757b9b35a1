package dev.heed.attention;

import dev.heed.kernel.Matrix;
import java.util.Arrays;

/// Rows of whole numbers of -127 to 127 with a scale a row, so that a number is at most `max|x| /
/// 254` from what it was. A row in which something is not finite reads as NaN throughout.
final class ByteStore implements RowStore {
  private static final int MOST = 127;

  private final int width;
  private byte[] numbers = {};
  private float[] scales = {};

  ByteStore(int width) {
    this.width = width;
  }

  @Override
  public void resize(int groups, int before, int rows) {
    byte[] moved = new byte[FloatStore.size(groups, rows, width)];
    float[] movedScales = new float[groups * rows];
    int count = Math.min(before, rows);
    for (int group = 0; group < groups && count > 0; group++) {
      System.arraycopy(numbers, group * before * width, moved, group * rows * width, count * width);
      System.arraycopy(scales, group * before, movedScales, group * rows, count);
    }
    numbers = moved;
    scales = movedScales;
  }

  @Override
  public void put(float[] from, int at, int row) {
    float largest = 0;
    for (int n = 0; n < width; n++) {
      largest = Math.max(largest, Math.abs(from[at + n]));
    }
    if (!Float.isFinite(largest)) {
      scales[row] = Float.NaN;
      Arrays.fill(numbers, row * width, (row + 1) * width, (byte) 0);
      return;
    }
    // Below the least normal number the scale is so coarse that a row counts as zeros.
    float scale = largest / MOST;
    float inverse = scale < Float.MIN_NORMAL ? 0 : 1 / scale;
    scales[row] = scale;
    for (int n = 0; n < width; n++) {
      float steps = from[at + n] * inverse;
      numbers[row * width + n] = (byte) Math.clamp(Math.round(steps), -MOST, MOST);
    }
  }

  @Override
  public void copy(RowStore other, int from, int to, int count) {
    ByteStore source = (ByteStore) other;
    System.arraycopy(source.numbers, from * width, numbers, to * width, count * width);
    System.arraycopy(source.scales, from, scales, to, count);
  }

  @Override
  public Matrix rows(int from, int count, float[] scratch, int at) {
    for (int row = 0; row < count; row++) {
      expand(from + row, scratch, at + row * width);
    }
    return new Matrix(scratch, at, count, width, width, 1);
  }

  private void expand(int row, float[] to, int at) {
    float scale = scales[row];
    byte[] bytes = numbers;
    int from = row * width;
    int count = width;
    for (int n = 0; n < count; n++) {
      to[at + n] = scale * bytes[from + n];
    }
  }

  @Override
  public HeadRows view(HeadView.Axes axes, int rowsOfHead) {
    return new ByteRows(this, axes, rowsOfHead);
  }

  @Override
  public long bytes() {
    return numbers.length + 4L * scales.length;
  }
}
