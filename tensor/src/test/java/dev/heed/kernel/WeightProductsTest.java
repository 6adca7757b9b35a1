package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Quantize;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WeightProductsTest {
  private static final WeightProducts SCALAR = new ScalarWeightProducts();
  private static final WeightProducts VECTOR = new VectorWeightProducts();
  private static final Workers ONE = Workers.of(1);
  private static final Workers THREE = Workers.of(3);

  @AfterAll
  static void close() {
    ONE.close();
    THREE.close();
  }

  /// Where a weight's bytes lie.
  enum Place {
    HEAP,
    NATIVE,
    UNALIGNED;

    Weight store(DataType type, float[] floats, int out, int in) {
      MemorySegment packed = Quantize.weight("w", type, floats, out, in).segment();
      MemorySegment place =
          switch (this) {
            case HEAP -> MemorySegment.ofArray(packed.toArray(ValueLayout.JAVA_BYTE));
            case NATIVE -> packed;
            case UNALIGNED ->
                Arena.ofAuto().allocate(packed.byteSize() + 1, 64).asSlice(1).copyFrom(packed);
          };
      return Weight.over("w", place, type, Shape.of(out, in));
    }
  }

  record Case(DataType type, int rows, int in, int out, Place place) {}

  static Stream<Case> cases() {
    int[] rows = {1, 2, 3, 5, 12, 13, 33};
    int[] outs = {3, 4, 37, 66, 131};
    return Stream.of(DataType.F32, DataType.F16, DataType.BF16, DataType.Q8_0, DataType.Q4_0)
        .flatMap(type ->
            IntStream.of(widths(type))
                .boxed()
                .flatMap(in ->
                    IntStream.range(0, rows.length)
                        .mapToObj(i ->
                            new Case(
                                type,
                                rows[i],
                                in,
                                outs[(i + in) % outs.length],
                                Place.values()[(i + in) % 3]))));
  }

  private static int[] widths(DataType type) {
    return type.blockLength() == 1
        ? new int[] {1, 7, 8, 9, 15, 16, 17, 64, 127, 1023}
        : new int[] {32, 64, 96, 352};
  }

  @ParameterizedTest
  @MethodSource("cases")
  void multiply_onLanes_equalsTheDefinition(Case c) {
    Tensor x = random(c.rows, c.in, 1);
    Weight w = c.place.store(c.type, random(c.out, c.in, 2).array(), c.out, c.in);

    Tensor y = Tensor.zeros(c.rows, c.out);
    VECTOR.multiply(x, w, y, THREE);

    assertClose(y, x, w.toFloats(), c.out);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "Q8_0", "Q4_0"})
  void multiply_scalar_equalsTheDefinition(DataType type) {
    Tensor x = random(3, 64, 1);
    Weight w = Place.HEAP.store(type, random(21, 64, 2).array(), 21, 64);

    Tensor y = Tensor.zeros(3, 21);
    SCALAR.multiply(x, w, y, THREE);

    assertClose(y, x, w.toFloats(), 21);
  }

  @Test
  void multiply_byHand_sumsRows() {
    Weight w = Weight.of("w", new float[] {1, 2, 3, -4, 5, -6}, 2, 3);
    for (WeightProducts products : List.of(SCALAR, VECTOR)) {
      Tensor y = Tensor.zeros(2, 2);
      products.multiply(Tensor.of(new float[] {1, 10, 100, 2, 0, 1}, 2, 3), w, y, ONE);

      assertThat(y.array()).containsExactly(321, -554, 5, -14);
    }
  }

  @ParameterizedTest
  @MethodSource("arrayCases")
  void multiply_arrayWeight_equalsTheDefinition(Case c) {
    Tensor x = random(c.rows, c.in, 3);
    float[] floats = random(c.out, c.in, 4).array();

    Tensor y = Tensor.zeros(c.rows, c.out);
    VECTOR.multiply(x, Weight.of("w", floats, c.out, c.in), y, THREE);

    assertClose(y, x, floats, c.out);
  }

  static Stream<Case> arrayCases() {
    return cases().filter(c -> c.type == DataType.F32);
  }

  @Test
  void multiply_viewsInsideArrays_touchesNothingElse() {
    int rows = 5;
    int in = 96;
    int out = 35;
    float[] numbers = random(rows, in, 5).array();
    float[] around = new float[numbers.length + 14];
    System.arraycopy(numbers, 0, around, 7, numbers.length);
    float[] result = new float[rows * out + 22];
    Weight w = Place.NATIVE.store(DataType.Q8_0, random(out, in, 6).array(), out, in);

    VECTOR.multiply(
        Tensor.over(around, 7, Shape.of(rows, in)),
        w,
        Tensor.over(result, 11, Shape.of(rows, out)),
        ONE);

    Tensor plain = Tensor.zeros(rows, out);
    VECTOR.multiply(Tensor.of(numbers, rows, in), w, plain, ONE);
    assertThat(java.util.Arrays.copyOfRange(result, 11, 11 + rows * out)).isEqualTo(plain.array());
    assertThat(java.util.Arrays.copyOf(result, 11)).containsOnly(0);
    assertThat(java.util.Arrays.copyOfRange(result, 11 + rows * out, result.length))
        .containsOnly(0);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
  void multiply_anyNumberOfThreads_isBitIdentical(DataType type) {
    for (int rows : new int[] {1, 5, 40}) {
      Tensor x = random(rows, 192, 7);
      Weight w = Place.NATIVE.store(type, random(301, 192, 8).array(), 301, 192);
      Tensor one = Tensor.zeros(rows, 301);
      Tensor three = Tensor.zeros(rows, 301);

      VECTOR.multiply(x, w, one, ONE);
      VECTOR.multiply(x, w, three, THREE);

      assertThat(three.array()).isEqualTo(one.array());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
  void multiply_whileTheCompilerComesBy_keepsItsBits(DataType type) {
    for (int rows : new int[] {1, 4}) {
      Tensor x = random(rows, 96, 17);
      Weight w = Place.NATIVE.store(type, random(64, 96, 18).array(), 64, 96);
      Tensor first = result(rows, w);
      VECTOR.multiply(x, w, first, ONE);
      Tensor y = result(rows, w);
      for (int i = 0; i < 1500; i++) {
        VECTOR.multiply(x, w, y, ONE);
        assertThat(java.util.Arrays.equals(y.array(), first.array())).isTrue();
      }
    }
  }

  private static Tensor result(int rows, Weight w) {
    return Tensor.zeros(rows, w.shape().axis(0));
  }

  @Test
  void multiply_everyHalfAlone_isExact() {
    short[] halves = new short[32 << 16];
    for (int i = 0; i < 1 << 16; i++) {
      halves[32 * i + i % 32] = (short) i;
    }
    MemorySegment segment = Arena.ofAuto().allocate(2L * halves.length, 64);
    segment.copyFrom(MemorySegment.ofArray(halves));
    for (DataType type : List.of(DataType.F16, DataType.BF16)) {
      Weight w = Weight.over("w", segment, type, Shape.of(1 << 16, 32));
      for (int rows : new int[] {1, 2}) {
        Tensor x = Tensor.zeros(rows, 32);
        x.fill(1);
        Tensor y = result(rows, w);
        VECTOR.multiply(x, w, y, ONE);

        assertThat(y.slice(0, 1).toArray()).isEqualTo(alone(type));
      }
    }
  }

  private static float[] alone(DataType type) {
    float[] floats = new float[1 << 16];
    for (int i = 0; i < floats.length; i++) {
      floats[i] =
          type == DataType.F16 ? Float.float16ToFloat((short) i) : Float.intBitsToFloat(i << 16);
      floats[i] += 0f;
    }
    return floats;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16", "Q8_0", "Q4_0"})
  void multiply_notFiniteActivations_passThrough(DataType type) {
    float[] floats = random(7, 64, 13).array();
    Weight w = Place.NATIVE.store(type, floats, 7, 64);
    for (float value : new float[] {Float.POSITIVE_INFINITY, Float.NaN}) {
      for (int rows : new int[] {1, 6}) {
        Tensor x = random(rows, 64, 14);
        x.array()[5] = value;
        Tensor y = result(rows, w);
        VECTOR.multiply(x, w, y, ONE);
        Tensor expected = result(rows, w);
        SCALAR.multiply(x, w, expected, ONE);

        for (int i = 0; i < 7; i++) {
          assertThat(Float.valueOf(y.array()[i])).isEqualTo(Float.valueOf(expected.array()[i]));
        }
      }
    }
  }

  @Test
  void multiply_scaleZero_givesZero() {
    for (DataType type : List.of(DataType.Q8_0, DataType.Q4_0)) {
      Weight w = Place.NATIVE.store(type, new float[9 * 32], 9, 32);
      Tensor y = random(1, 9, 15);
      VECTOR.multiply(random(1, 32, 16), w, y, ONE);

      assertThat(y.array()).containsOnly(0);
    }
  }

  @Test
  void multiply_shapesThatDoNotFit_areNamed() {
    Weight w = Weight.of("up", new float[6], 2, 3);
    for (WeightProducts products : List.of(SCALAR, VECTOR)) {
      assertThatThrownBy(() -> products.multiply(Tensor.zeros(5, 4), w, Tensor.zeros(5, 2), ONE))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("[5, 4]")
          .hasMessageContaining("'up'")
          .hasMessageContaining("[5, 2]");
    }
  }

  private static Tensor random(int rows, int columns, int seed) {
    Random random = new Random(seed);
    Tensor tensor = Tensor.zeros(rows, columns);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.array()[i] = (float) random.nextGaussian();
    }
    return tensor;
  }

  /// Compares with sums in `double`; a float sum of `in` products is off by at most `in` half-units
  /// of each.
  private static void assertClose(Tensor y, Tensor x, float[] w, int out) {
    int in = x.axis(-1);
    for (int row = 0; row < x.shape().rows(); row++) {
      for (int column = 0; column < out; column++) {
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < in; i++) {
          double product = (double) x.array()[row * in + i] * w[column * in + i];
          sum += product;
          magnitude += Math.abs(product);
        }
        assertThat((double) y.array()[row * out + column])
            .isCloseTo(sum, within((in + 4) * 0x1p-24 * magnitude));
      }
    }
  }
}
