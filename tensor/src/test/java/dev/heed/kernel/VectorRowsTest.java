package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.kernel.Rows.Row;
import dev.heed.testing.Allocation;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorRowsTest {
  private static final int[] SIZES = {1, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127, 1023};
  private static final float INFINITY = Float.POSITIVE_INFINITY;
  private static final float EPSILON = 1e-5f;

  private static final Rows SCALAR = new ScalarRows();
  private static final Rows VECTOR = new VectorRows();

  /// Everything that reads rows `a` and `b` and writes `out`, each from an offset of its own.
  enum Kernel {
    ADD(0),
    MULTIPLY(0),
    ADD_SCALED(2e-7),
    SCALE(0),
    SOFT_CAP(1e-6),
    SOFTMAX(1e-6),
    LAYER_NORM(3e-6),
    RMS_NORM(1e-6),
    GELU_ERF(1e-6),
    GELU_TANH(1e-6),
    SILU(1e-6);

    /// Of the larger of the result and 1.
    private final double tolerance;

    Kernel(double tolerance) {
      this.tolerance = tolerance;
    }

    void run(Rows rows, float[] a, float[] b, float[] out, int length) {
      switch (this) {
        case ADD -> rows.add(a, 2, b, 3, out, 5, length);
        case MULTIPLY -> rows.multiply(a, 2, b, 3, out, 5, length);
        case ADD_SCALED -> rows.addScaled(-1.7f, a, 2, out, 5, length);
        case SCALE -> rows.scale(-1.7f, a, 2, out, 5, length);
        case SOFT_CAP -> rows.softCap(1.5f, a, 2, out, 5, length);
        case SOFTMAX -> rows.softmax(a, 2, out, 5, length);
        case LAYER_NORM -> rows.layerNorm(new Row(a, 2), b, a, EPSILON, new Row(out, 5), 1, length);
        case RMS_NORM -> rows.rmsNorm(new Row(a, 2), b, EPSILON, new Row(out, 5), 1, length);
        case GELU_ERF -> rows.geluErf(a, 2, out, 5, length);
        case GELU_TANH -> rows.geluTanh(a, 2, out, 5, length);
        case SILU -> rows.silu(a, 2, out, 5, length);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void kernel_everySize_equalsTheScalarTwinAndWritesNothingElse(Kernel kernel) {
    for (int length : SIZES) {
      float[] a = random(length + 4, length);
      float[] b = random(length + 4, 77);
      float[] expected = random(length + 9, 3);
      float[] out = expected.clone();
      kernel.run(SCALAR, a, b, expected, length);
      kernel.run(VECTOR, a, b, out, length);
      for (int i = 0; i < out.length; i++) {
        float bound = (float) (kernel.tolerance * Math.max(1, Math.abs(expected[i])));
        assertThat(out[i])
            .as("%s of %d at %d", kernel, length, i)
            .isCloseTo(expected[i], within(bound));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kernel.class,
      names = {"SOFT_CAP", "GELU_ERF", "GELU_TANH", "SILU", "SCALE"})
  void kernel_specialNumbers_equalTheScalarTwin(Kernel kernel) {
    float[] special = {
      0,
      -0f,
      INFINITY,
      -INFINITY,
      Float.NaN,
      1e30f,
      -1e30f,
      90,
      -90,
      1e-30f,
      20,
      -20,
      5,
      -5,
      1,
      -1,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.MIN_VALUE
    };
    float[] a = new float[special.length + 2];
    System.arraycopy(special, 0, a, 2, special.length);
    float[] expected = new float[special.length + 5];
    float[] out = expected.clone();
    kernel.run(SCALAR, a, a, expected, special.length - 1);
    kernel.run(VECTOR, a, a, out, special.length - 1);
    for (int i = 5; i < out.length; i++) {
      if (Float.isFinite(expected[i])) {
        float bound = 2e-6f * Math.max(1, Math.abs(expected[i]));
        assertThat(out[i]).as("%s of %s", kernel, a[i - 3]).isCloseTo(expected[i], within(bound));
      } else {
        assertThat(Float.toString(out[i]))
            .as("%s of %s", kernel, a[i - 3])
            .isEqualTo(Float.toString(expected[i]));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"SOFTMAX", "LAYER_NORM", "RMS_NORM"})
  void kernel_anyPlaceInTheRow_givesTheSameBits(Kernel kernel) {
    float[] a = new float[41];
    Arrays.fill(a, 0.7371f);
    float[] out = new float[42];
    kernel.run(VECTOR, a, a, out, 37);

    assertThat(Arrays.copyOfRange(out, 5, 42)).containsOnly(out[5]);
  }

  @Tag("allocation")
  @ParameterizedTest
  @EnumSource
  void kernel_manyRows_allocatesNothing(Kernel kernel) {
    float[] a = random(516, 1);
    float[] out = new float[516];
    // A boxed vector of 16 lanes takes 96 bytes, and a row has 31 of them.
    long enough = 100 * 300;
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

  @Test
  void softmax_twoNumbers_isWhatOneComputesByHand() {
    float[] row = {0, (float) Math.log(3)};
    VECTOR.softmax(row, 0, row, 0, 2);

    assertThat(row[0]).isCloseTo(0.25f, within(1e-7f));
    assertThat(row[1]).isCloseTo(0.75f, within(1e-7f));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 19, 50})
  void softmax_specialRows_equalTheScalarTwin(int length) {
    float[][] rows = new float[6][length];
    Arrays.fill(rows[0], -INFINITY);
    Arrays.fill(rows[1], -INFINITY);
    rows[1][length / 2] = Float.NaN;
    rows[2][length - 1] = Float.NaN;
    rows[3][length / 3] = INFINITY;
    Arrays.fill(rows[4], -INFINITY);
    rows[4][length - 1] = -3e38f;
    Arrays.fill(rows[5], 3e38f);
    for (float[] row : rows) {
      float[] expected = new float[length];
      SCALAR.softmax(row, 0, expected, 0, length);
      VECTOR.softmax(row, 0, row, 0, length);
      assertThat(row).usingComparatorWithPrecision(1e-7f).containsExactly(expected);
    }
  }

  @Test
  void softmax_wideRange_keepsSmallProbabilities() {
    float[] row = new float[40];
    for (int i = 0; i < row.length; i++) {
      row[i] = -2 * i;
    }
    float[] expected = new float[40];
    SCALAR.softmax(row, 0, expected, 0, 40);
    VECTOR.softmax(row, 0, row, 0, 40);
    for (int i = 0; i < row.length; i++) {
      assertThat(row[i] / expected[i]).isCloseTo(1, within(5e-7f));
    }
  }

  @Test
  void rotate_bothLayouts_equalTheScalarTwin() {
    for (int pairs : new int[] {1, 7, 16, 17, 33, 64}) {
      float[] cosine = random(pairs + 1, 1);
      float[] sine = random(pairs + 2, 2);
      for (int step = 1; step <= 2; step++) {
        int apart = step == 1 ? pairs : 1;
        float[] expected = random(2 * pairs + 8, 3);
        float[] x = expected.clone();
        SCALAR.rotate(
            new Row(expected, 4), step, apart, new Row(cosine, 1), new Row(sine, 2), pairs);
        VECTOR.rotate(new Row(x, 4), step, apart, new Row(cosine, 1), new Row(sine, 2), pairs);
        assertThat(x).isEqualTo(expected);
      }
    }
  }

  @Test
  void norms_severalRows_areThoseOfEachAlone() {
    int length = 37;
    float[] a = random(3 * length + 2, 1);
    float[] gain = random(length, 2);
    float[] bias = random(length, 3);
    for (Rows rows : List.of(SCALAR, VECTOR)) {
      float[] together = new float[3 * length + 5];
      float[] alone = new float[3 * length + 5];
      rows.layerNorm(new Row(a, 2), gain, bias, EPSILON, new Row(together, 5), 3, length);
      for (int at = 0; at < 3 * length; at += length) {
        rows.layerNorm(new Row(a, 2 + at), gain, bias, EPSILON, new Row(alone, 5 + at), 1, length);
      }
      assertThat(together).isEqualTo(alone);

      rows.rmsNorm(new Row(a, 2), gain, EPSILON, new Row(together, 5), 3, length);
      for (int at = 0; at < 3 * length; at += length) {
        rows.rmsNorm(new Row(a, 2 + at), gain, EPSILON, new Row(alone, 5 + at), 1, length);
      }
      assertThat(together).isEqualTo(alone);
    }
  }

  @Test
  void layerNorm_farFromZero_keepsItsDigits() {
    float[] row = random(384, 4);
    for (int i = 0; i < row.length; i++) {
      row[i] += 100;
    }
    float[] ones = new float[384];
    Arrays.fill(ones, 1);
    float[] expected = new float[384];
    float[] out = new float[384];
    SCALAR.layerNorm(new Row(row, 0), ones, new float[384], EPSILON, new Row(expected, 0), 1, 384);
    VECTOR.layerNorm(new Row(row, 0), ones, new float[384], EPSILON, new Row(out, 0), 1, 384);
    for (int i = 0; i < out.length; i++) {
      // The mean, near 100, is rounded to a float: 4e-6, over a deviation of 1.2.
      assertThat(out[i]).isCloseTo(expected[i], within(1e-5f));
    }
  }

  private static float[] random(int length, int seed) {
    Random random = new Random(seed);
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (1.2 * random.nextGaussian());
    }
    return numbers;
  }
}
