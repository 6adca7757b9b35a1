package dev.heed.kernel;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;

/// A strided view of a matrix in a `float[]`: element `(r, c)` is at `offset + r * rowStride + c *
/// columnStride`.
public record Matrix(
    float[] array, int offset, int rows, int columns, int rowStride, int columnStride) {
  /// All rows of a tensor, its outer axes flattened: `[..., columns]`.
  public static Matrix of(Tensor tensor) {
    int columns = tensor.axis(-1);
    return new Matrix(tensor.array(), tensor.offset(), tensor.shape().rows(), columns, columns, 1);
  }

  /// A contiguous matrix over the whole array.
  public static Matrix of(float[] array, int rows, int columns) {
    if ((long) rows * columns != array.length) {
      throw new ShapeException(
          "matrix: %d numbers do not fill [%d, %d]".formatted(array.length, rows, columns));
    }
    return new Matrix(array, 0, rows, columns, columns, 1);
  }

  /// The same numbers with rows and columns exchanged.
  public Matrix transpose() {
    return new Matrix(array, offset, columns, rows, columnStride, rowStride);
  }

  /// Whether no number is infinite or none.
  public boolean isFinite() {
    if (columnStride != 1) {
      return rowStride == 1 ? transpose().isFinite() : areFinite();
    }
    int infinite = 0;
    for (int row = 0; row < rows; row++) {
      int from = offset + row * rowStride;
      for (int n = from; n < from + columns; n++) {
        // Exponents of which all bits are set carry into the sign.
        infinite |= (Float.floatToRawIntBits(array[n]) & Integer.MAX_VALUE) + (1 << 23);
      }
    }
    return infinite >= 0;
  }

  private boolean areFinite() {
    for (int n = 0; n < rows * columns; n++) {
      int at = offset + n / columns * rowStride + n % columns * columnStride;
      if (!Float.isFinite(array[at])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return "[%d, %d]".formatted(rows, columns);
  }
}
