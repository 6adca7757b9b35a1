package dev.heed.tensor;

import java.util.Arrays;
import java.util.Objects;

/// Numbers to compute with: a contiguous row-major run of a `float[]` and its shape.
///
/// A tensor is a view: [#reshape] and [#slice] share the array. Identity, not content, is what the
/// tape and gradients go by, so `equals` is that of `Object`.
public final class Tensor implements Operand {
  private final float[] array;
  private final int offset;
  private final Shape shape;

  private Tensor(float[] array, int offset, Shape shape) {
    Objects.checkFromIndexSize(offset, shape.arraySize(), array.length);
    this.array = array;
    this.offset = offset;
    this.shape = shape;
  }

  /// A tensor over `array` from `offset`, without a copy.
  public static Tensor over(float[] array, int offset, Shape shape) {
    return new Tensor(array, offset, shape);
  }

  /// A tensor over the whole of `array`, without a copy.
  public static Tensor of(float[] array, int... shape) {
    Shape axes = Shape.of(shape);
    if (axes.size() != array.length) {
      throw new ShapeException(
          "tensor: %d numbers do not fill shape %s, which takes %d"
              .formatted(array.length, axes, axes.size()));
    }
    return new Tensor(array, 0, axes);
  }

  public static Tensor zeros(int... shape) {
    return zeros(Shape.of(shape));
  }

  public static Tensor zeros(Shape shape) {
    return new Tensor(new float[shape.arraySize()], 0, shape);
  }

  /// The array that holds the numbers, from [#offset] on; other tensors may share it.
  public float[] array() {
    return array;
  }

  public int offset() {
    return offset;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /// The number of elements, which always fits an `int`.
  public int size() {
    return (int) shape.size();
  }

  public int axis(int axis) {
    return shape.axis(axis);
  }

  /// The element at `index`, one number an axis.
  public float at(int... index) {
    if (index.length != shape.rank()) {
      throw new ShapeException(
          "tensor: index %s does not fit shape %s".formatted(Arrays.toString(index), shape));
    }
    int at = 0;
    for (int axis = 0; axis < index.length; axis++) {
      at = at * shape.axis(axis) + Objects.checkIndex(index[axis], shape.axis(axis));
    }
    return array[offset + at];
  }

  /// The same numbers under another shape; shares the array.
  public Tensor reshape(int... lengths) {
    Shape reshaped = Shape.of(lengths);
    if (reshaped.size() != shape.size()) {
      throw new ShapeException(
          "reshape: %s holds %d numbers, %s takes %d"
              .formatted(shape, shape.size(), reshaped, reshaped.size()));
    }
    return new Tensor(array, offset, reshaped);
  }

  /// Rows `from` to `to` (exclusive) of the outermost axis; shares the array.
  public Tensor slice(int from, int to) {
    Objects.checkFromToIndex(from, to, shape.axis(0));
    int[] lengths = shape.toArray();
    lengths[0] = to - from;
    int row = shape.axis(0) == 0 ? 0 : size() / shape.axis(0);
    return new Tensor(array, offset + from * row, Shape.of(lengths));
  }

  /// A new array with the numbers of this tensor alone.
  public float[] toArray() {
    return Arrays.copyOfRange(array, offset, offset + size());
  }

  /// A tensor with an array of its own.
  public Tensor copy() {
    return new Tensor(toArray(), 0, shape);
  }

  public void fill(float value) {
    Arrays.fill(array, offset, offset + size(), value);
  }

  @Override
  public String toString() {
    return "Tensor" + shape;
  }
}
