package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.CounterRandom;
import dev.heed.testing.Allocation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorRowsBackwardTest {
  private static final float[] ROOM = new float[RowsBackward.ROOM];
  private static final int[] SIZES = {1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127, 300, 1023};
  private static final int ROWS = 6;
  private static final float EPSILON = 1e-5f;
  private static final CounterRandom RANDOM = CounterRandom.of(-77);

  private static final RowsBackward SCALAR = new ScalarRowsBackward();
  private static final RowsBackward VECTOR = new VectorRowsBackward();

  /// Everything that reads rows `a` and `b` and writes `out`, each from an offset of its own; a
  /// norm does so for six rows, and its sums follow.
  enum Kernel {
    GELU_ERF(1e-6),
    GELU_TANH(1e-6),
    SILU(1e-6),
    TANH(1e-6),
    RELU(0),
    SOFT_CAP(1e-6),
    LAYER_NORM(1e-5),
    RMS_NORM(1e-5),
    ADD_COLUMNS(2e-6),
    EXPONENTIALS(1e-6),
    KEEP(0);

    /// Of the larger of the result and 1.
    private final double tolerance;

    Kernel(double tolerance) {
      this.tolerance = tolerance;
    }

    void run(RowsBackward rows, float[] a, float[] b, float[] out, int length) {
      Row x = new Row(a, 2);
      Row dy = new Row(b, 3);
      Row dx = new Row(out, 5);
      Row sums = new Row(out, 5 + ROWS * length);
      switch (this) {
        case GELU_ERF -> rows.geluErf(x, dy, dx, length, ROOM);
        case GELU_TANH -> rows.geluTanh(x, dy, dx, length, ROOM);
        case SILU -> rows.silu(x, dy, dx, length, ROOM);
        case TANH -> rows.tanh(x, dy, dx, length, ROOM);
        case RELU -> rows.relu(x, dy, dx, length);
        case SOFT_CAP -> rows.softCap(1.5f, x, dy, dx, length, ROOM);
        case LAYER_NORM -> rows.layerNorm(x, b, EPSILON, dy, dx, sums, ROWS, length);
        case RMS_NORM -> rows.rmsNorm(x, b, EPSILON, dy, dx, sums, ROWS, length);
        case ADD_COLUMNS -> rows.addColumns(a, 2, ROWS, out, 5, length);
        case EXPONENTIALS -> rows.exponentials(-0.7f, 4, 0.1f, a, 2, out, 5, length);
        case KEEP -> rows.keep(RANDOM, 1000, 0.3f, x, dx, length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void kernel_everySize_equalsTheScalarTwinAndWritesNothingElse(Kernel kernel) {
    for (int length : SIZES) {
      float[] a = random(ROWS * length + 4, length);
      float[] b = random(ROWS * length + 4, 77);
      float[] expected = random((ROWS + 2) * length + 9, 3);
      float[] out = expected.clone();
      kernel.run(SCALAR, a, b, expected, length);
      kernel.run(VECTOR, a, b, out, length);
      for (int i = 0; i < out.length; i++) {
        float bound = (float) (kernel.tolerance * Math.max(1, Math.abs(expected[i])));
        // a row of one number has no variance: 1 / √ε multiplies every rounding
        bound *= length == 1 && kernel == Kernel.LAYER_NORM ? 1000 : 1;
        assertThat(out[i])
            .as("%s of %d at %d", kernel, length, i)
            .isCloseTo(expected[i], within(bound));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kernel.class,
      names = {"GELU_ERF", "GELU_TANH", "SILU", "TANH", "SOFT_CAP", "RELU"})
  void slope_farNumbers_equalTheScalarTwin(Kernel kernel) {
    float[] special = {0, -0f, Float.NaN, 1e30f, -1e30f, 90, -90, 1e-30f, 20, -20, 9, -9, 5, -5, 2};
    float[] a = new float[special.length + 2];
    System.arraycopy(special, 0, a, 2, special.length);
    float[] b = new float[special.length + 3];
    Arrays.fill(b, 1);
    float[] expected = new float[special.length + 5];
    float[] out = expected.clone();
    kernel.run(SCALAR, a, b, expected, special.length);
    kernel.run(VECTOR, a, b, out, special.length);
    for (int i = 5; i < out.length; i++) {
      assertThat(Float.isNaN(out[i]))
          .as("%s of %s", kernel, a[i - 3])
          .isEqualTo(Float.isNaN(expected[i]));
      if (!Float.isNaN(expected[i])) {
        assertThat(out[i]).as("%s of %s", kernel, a[i - 3]).isCloseTo(expected[i], within(2e-6f));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kernel.class,
      names = {"GELU_ERF", "GELU_TANH", "SILU", "TANH", "SOFT_CAP", "RELU", "EXPONENTIALS"})
  void slope_inPlace_givesTheSameBits(Kernel kernel) {
    float[] a = random(700, 1);
    float[] b = random(700, 2);
    float[] out = new float[690];
    kernel.run(VECTOR, a, b, out, 600);
    Row x = new Row(a, 2);
    Row dy = new Row(b, 3);
    switch (kernel) {
      case GELU_ERF -> VECTOR.geluErf(x, dy, x, 600, ROOM);
      case GELU_TANH -> VECTOR.geluTanh(x, dy, x, 600, ROOM);
      case SILU -> VECTOR.silu(x, dy, x, 600, ROOM);
      case TANH -> VECTOR.tanh(x, dy, dy, 600, ROOM);
      case SOFT_CAP -> VECTOR.softCap(1.5f, x, dy, dy, 600, ROOM);
      case RELU -> VECTOR.relu(x, dy, x, 600);
      default -> VECTOR.exponentials(-0.7f, 4, 0.1f, a, 2, a, 2, 600);
    }
    boolean overDy = kernel == Kernel.TANH || kernel == Kernel.SOFT_CAP;
    float[] inPlace = overDy ? Arrays.copyOfRange(b, 3, 603) : Arrays.copyOfRange(a, 2, 602);
    assertThat(inPlace).isEqualTo(Arrays.copyOfRange(out, 5, 605));
  }

  @Tag("allocation")
  @ParameterizedTest
  @EnumSource
  void kernel_manyRows_allocatesNothing(Kernel kernel) {
    float[] a = random(3100, 1);
    float[] out = new float[5000];
    // A boxed vector of 16 lanes takes 96 bytes, and a row has 31 of them.
    long enough = 100 * 2500;
    long bytes =
        Allocation.leastBytes(
            enough,
            () -> {
              for (int i = 0; i < 100; i++) {
                kernel.run(VECTOR, a, a, out, 509);
              }
            });
    assertThat(bytes).as("bytes of 100 rows of %s", kernel).isLessThanOrEqualTo(enough);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 19, 1030, 5000})
  void logSum_anyLength_equalsTheScalarTwin(int length) {
    float[] a = random(length + 3, length);
    float[] room = new float[RowsBackward.ROOM];
    assertThat(VECTOR.logSum(a, 3, length, room))
        .isCloseTo(SCALAR.logSum(a, 3, length, room), within(2e-6f));
    a[3 + length / 2] = Float.NaN;
    assertThat(VECTOR.logSum(a, 3, length, room)).isNaN();
    Arrays.fill(a, Float.NEGATIVE_INFINITY);
    assertThat(VECTOR.logSum(a, 3, length, room)).isEqualTo(Float.NEGATIVE_INFINITY);
    a[2 + length] = 1000;
    assertThat(VECTOR.logSum(a, 3, length, room)).isEqualTo(1000);
  }

  @Test
  void sum_anyLength_equalsTheScalarTwin() {
    for (int length : SIZES) {
      float[] a = random(length + 3, length);
      assertThat(VECTOR.sum(a, 3, length))
          .isCloseTo(SCALAR.sum(a, 3, length), within(1e-6f * length));
    }
  }

  private static float[] random(int size, long seed) {
    Random random = new Random(seed);
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
