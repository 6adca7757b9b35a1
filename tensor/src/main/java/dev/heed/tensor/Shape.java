package dev.heed.tensor;

import java.util.Arrays;

/// The lengths of a tensor's axes, outermost first. A shape without axes is a scalar.
public final class Shape {
  private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

  private final int[] lengths;
  private final long size;

  private Shape(int[] lengths) {
    long product = 1;
    for (int length : lengths) {
      if (length < 0) {
        throw new ShapeException(
            "shape: an axis of %s is negative".formatted(Arrays.toString(lengths)));
      }
      product = Math.multiplyExact(product, (long) length);
    }
    this.lengths = lengths;
    this.size = product;
  }

  public static Shape of(int... lengths) {
    return new Shape(lengths.clone());
  }

  public int rank() {
    return lengths.length;
  }

  /// The length of an axis; a negative axis counts from the end, `-1` is the innermost.
  public int axis(int axis) {
    int index = axis < 0 ? lengths.length + axis : axis;
    if (index < 0 || index >= lengths.length) {
      throw new ShapeException("shape: %s has no axis %d".formatted(this, axis));
    }
    return lengths[index];
  }

  /// The number of elements.
  public long size() {
    return size;
  }

  /// The number of elements, which must fit an array.
  public int arraySize() {
    if (size > LARGEST_ARRAY) {
      throw new ShapeException(
          "tensor: shape %s has %d numbers, an array holds %d; cut the work into parts"
              .formatted(this, size, LARGEST_ARRAY));
    }
    return (int) size;
  }

  /// The number of rows when everything but the innermost axis is flattened.
  public int rows() {
    long rows = 1;
    for (int axis = 0; axis < lengths.length - 1; axis++) {
      rows *= lengths[axis];
    }
    return Math.toIntExact(rows);
  }

  public int[] toArray() {
    return lengths.clone();
  }

  /// This shape with the innermost axis replaced.
  public Shape withLast(int length) {
    int[] changed = lengths.clone();
    changed[changed.length - 1] = length;
    return new Shape(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths);
  }

  @Override
  public String toString() {
    return Arrays.toString(lengths);
  }
}
