package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.kernel.TileCode.Operation;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneMathTest {
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    0.5f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    Float.MIN_NORMAL,
    -Float.MIN_NORMAL,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.72283f,
    88.8f,
    -87.3f,
    -200f,
    8388607.5f,
    -3.5f,
    1e20f
  };

  private static float[] numbers(int seed) {
    Random random = new Random(seed);
    float[] numbers = new float[1024];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] =
          switch (random.nextInt(4)) {
            case 0 -> SPECIAL[random.nextInt(SPECIAL.length)];
            case 1 -> (float) (random.nextGaussian() * 40);
            case 2 -> random.nextInt(21) - 10;
            default -> (float) Math.exp(random.nextGaussian() * 30);
          };
    }
    return numbers;
  }

  /// Exponentials are within 4 units in the last place and logarithms within 2; a hyperbolic
  /// tangent within 4e-7.
  @ParameterizedTest
  @EnumSource(Operation.class)
  void apply_anyNumbers_equalsTheDefinition(Operation operation) {
    float[] a = numbers(1);
    float[] b = numbers(2);
    float[] expected = new float[1024];
    float[] actual = new float[1024];
    switch (operation.operands()) {
      case 0 -> {
        return;
      }
      case 1 -> {
        Kernels.scalar().lanes().apply(operation, a, expected, 1024);
        Kernels.best().lanes().apply(operation, a, actual, 1024);
      }
      case 2 -> {
        Kernels.scalar().lanes().apply(operation, a, b, expected, 1024);
        Kernels.best().lanes().apply(operation, a, b, actual, 1024);
      }
      default -> {
        Kernels.scalar().lanes().choose(b, a, numbers(3), expected, 1024);
        Kernels.best().lanes().choose(b, a, numbers(3), actual, 1024);
      }
    }
    for (int n = 0; n < 1024; n++) {
      String label = "%s(%s, %s)".formatted(operation, a[n], b[n]);
      boolean exact =
          operation != Operation.EXP && operation != Operation.LOG && operation != Operation.TANH;
      if (exact || !Float.isFinite(expected[n])) {
        // A zero of the other sign is the same number.
        assertThat(actual[n] + 0f).as(label).isEqualTo(Float.valueOf(expected[n] + 0f));
      } else {
        double size = operation == Operation.TANH ? 1 : Math.abs(expected[n]);
        assertThat((double) actual[n])
            .as(label)
            .isCloseTo(expected[n], Offset.offset(4 * 1.2e-7 * size + Float.MIN_NORMAL));
      }
    }
  }

  @Test
  void distance_farPositions_isExact() {
    int[] i = new Random(4).ints(32, 1 << 29, (1 << 29) + 1000).toArray();
    int[] j = new Random(5).ints(9, 1 << 29, (1 << 29) + 1000).toArray();
    for (Kernels kernels : new Kernels[] {Kernels.scalar(), Kernels.best()}) {
      float[] out = new float[7 * 32];
      kernels.lanes().distance(i, j, 2, out, 7);
      for (int n = 0; n < out.length; n++) {
        assertThat(out[n]).as(kernels.name()).isEqualTo(i[n % 32] - j[2 + n / 32]);
      }
    }
  }

  @Test
  void multiply_zero_staysZero() {
    for (Kernels kernels : new Kernels[] {Kernels.scalar(), Kernels.best()}) {
      float[] numbers = new float[64];
      numbers[3] = 2;
      numbers[40] = -0.5f;
      float[] factors = numbers(6);
      factors[3] = 5;
      factors[40] = 6;
      assertThat(kernels.lanes().dot(numbers, factors, 64)).as(kernels.name()).isEqualTo(7.0);
      kernels.lanes().multiply(numbers, factors, 64);
      float[] expected = new float[64];
      expected[3] = 10;
      expected[40] = -3;
      assertThat(numbers).isEqualTo(expected);
    }
  }
}
