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

  @Override
  public String toString() {
    return "[%d, %d]".formatted(rows, columns);
  }
}
