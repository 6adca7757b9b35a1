package dev.heed.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Numbers to read: an array, or a mapped or heap segment in the type of its file. Rows are
/// contiguous, the innermost axis last; a linear layer's weight is `[out, in]`.
///
/// Kernels read a weight in place; packing converts. Only an array weight ([#of]) can be trained.
public final class Weight implements Operand {
  private final String name;
  private final DataType type;
  private final Shape shape;
  private final MemorySegment segment;
  private final float @Nullable [] array;

  private Weight(
      String name, DataType type, Shape shape, MemorySegment segment, float @Nullable [] array) {
    this.name = name;
    this.type = type;
    this.shape = shape;
    this.segment = segment;
    this.array = array;
    long rows = shape.size() == 0 ? 0 : shape.size() / rowLength();
    long bytes = rows * type.bytes(rowLength());
    if (segment.byteSize() != bytes) {
      throw new ShapeException(
          "weight '%s': %s of %s takes %d bytes, the segment has %d"
              .formatted(name, type, shape, bytes, segment.byteSize()));
    }
  }

  /// A trainable weight over `array`, without a copy.
  public static Weight of(String name, float[] array, int... shape) {
    return new Weight(name, DataType.F32, Shape.of(shape), MemorySegment.ofArray(array), array);
  }

  /// A weight over bytes in the form of `type`, little-endian, without a copy.
  public static Weight over(String name, MemorySegment segment, DataType type, Shape shape) {
    return new Weight(name, type, shape, segment, null);
  }

  /// The path of this weight in its checkpoint, `model.layers.3.mlp.up_proj.weight`.
  public String name() {
    return name;
  }

  public DataType type() {
    return type;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /// The bytes of the whole weight.
  public MemorySegment segment() {
    return segment;
  }

  /// The floats, for a weight made by [#of].
  public Optional<float[]> array() {
    return Optional.ofNullable(array);
  }

  /// Rows `from` to `to` (exclusive) of the outermost axis; shares the numbers of a stored weight,
  /// copies those of an array weight.
  public Weight rows(int from, int to) {
    Objects.checkFromToIndex(from, to, shape.axis(0));
    int[] lengths = shape.toArray();
    int row = lengths[0] == 0 ? 0 : Math.toIntExact(shape.size() / lengths[0]);
    lengths[0] = to - from;
    if (array != null) {
      return of(name, Arrays.copyOfRange(array, from * row, to * row), lengths);
    }
    long bytes = shape.axis(0) == 0 ? 0 : segment.byteSize() / shape.axis(0);
    return over(name, segment.asSlice(from * bytes, (to - from) * bytes), type, Shape.of(lengths));
  }

  /// The floats without a copy for an array weight, converted into a new array otherwise.
  public float[] floats() {
    return array == null ? toFloats() : array;
  }

  /// Bytes of one row of the innermost axis.
  public long rowBytes() {
    return type.bytes(rowLength());
  }

  private int rowLength() {
    return shape.rank() == 0 ? 1 : shape.axis(-1);
  }

  /// All numbers as floats, in a new array.
  public float[] toFloats() {
    if (array != null) {
      return array.clone();
    }
    float[] floats = new float[shape.arraySize()];
    if (type == DataType.F32) {
      MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats, 0, floats.length);
    } else {
      Dequantize.into(type, segment, 0, floats, 0, floats.length);
    }
    return floats;
  }

  @Override
  public String toString() {
    return "Weight '%s' %s %s".formatted(name, type, shape);
  }
}
