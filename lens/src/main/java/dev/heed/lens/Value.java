package dev.heed.lens;

import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Objects;

/// Numbers that stood at a site. They never change.
public final class Value {
  private final float[] numbers;
  private final Shape shape;

  /// No numbers.
  static final Value NONE = of(new float[0], 0);

  private Value(float[] numbers, Shape shape) {
    this.numbers = numbers;
    this.shape = shape;
  }

  /// A copy of a tensor under the axes of its site.
  static Value copy(Tensor tensor, Shape shape) {
    return new Value(tensor.reshape(shape.toArray()).toArray(), shape);
  }

  /// A copy of `numbers` under `shape`.
  public static Value of(float[] numbers, int... shape) {
    Tensor checked = Tensor.of(numbers.clone(), shape);
    return new Value(checked.array(), checked.shape());
  }

  public Shape shape() {
    return shape;
  }

  /// The number at `index`, one number an axis.
  public float at(int... index) {
    return tensor().at(index);
  }

  /// The innermost row at `index`, one number for each axis but the last; a copy.
  public float[] row(int... index) {
    int[] first = Arrays.copyOf(index, index.length + 1);
    int at = 0;
    if (first.length != shape.rank()) {
      throw new LensException(
          "lens: row %s does not fit shape %s".formatted(Arrays.toString(index), shape));
    }
    for (int axis = 0; axis < first.length; axis++) {
      at = at * shape.axis(axis) + Objects.checkIndex(first[axis], shape.axis(axis));
    }
    return Arrays.copyOfRange(numbers, at, at + shape.axis(-1));
  }

  /// All numbers, outermost axis first; a copy.
  public float[] toArray() {
    return numbers.clone();
  }

  /// All numbers, without a copy.
  public FloatBuffer buffer() {
    return FloatBuffer.wrap(numbers).asReadOnlyBuffer();
  }

  public int size() {
    return numbers.length;
  }

  /// The numbers themselves, not to be written to.
  float[] numbers() {
    return numbers;
  }

  private Tensor tensor() {
    return Tensor.over(numbers, 0, shape);
  }

  @Override
  public String toString() {
    return "Value" + shape;
  }
}
