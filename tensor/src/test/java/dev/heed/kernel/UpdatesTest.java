package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdatesTest {
  private static final int FROM = 3;
  private static final int GRADIENT_FROM = 5;

  private final Random random = new Random(7);

  private float[] numbers(int length, double least) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) Math.max(least, random.nextGaussian());
    }
    return numbers;
  }

  @Test
  void adamW_firstStepByHand_movesByTheRateAgainstTheSign() {
    // beta1 0.5, beta2 0.75, step 1: mean 0.5 g, square 0.25 g², so the step is rate * sign(g)
    Updates.AdamW step = new Updates.AdamW(2, 0.5f, 0.75f, 0.9f, 0.1f / 0.5f, 2, 0);
    float[] weight = {1, -2};
    float[] mean = new float[2];
    float[] square = new float[2];
    new ScalarUpdates().adamW(weight, new float[] {3, -0.25f}, 0, mean, square, step, 0, 2);
    assertThat(weight).containsExactly(new float[] {0.8f, -1.7f}, within(2e-7f));
    assertThat(mean).containsExactly(3, -0.25f);
    assertThat(square).containsExactly(9, 0.0625f);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 127, 1023})
  void adamW_onLanes_hasTheBitsOfTheScalarTwin(int length) {
    Updates.AdamW step = new Updates.AdamW(0.7f, 0.9f, 0.99f, 0.999f, 0.0123f, 1.7f, 1e-8f);
    float[] gradient = numbers(length + FROM + GRADIENT_FROM + 2, -9);
    float[] weight = numbers(length + FROM + 2, -9);
    float[] mean = numbers(length + FROM + 2, -9);
    float[] square = numbers(length + FROM + 2, 0);
    float[] weight2 = weight.clone();
    float[] mean2 = mean.clone();
    float[] square2 = square.clone();
    new ScalarUpdates().adamW(weight, gradient, GRADIENT_FROM, mean, square, step, FROM, length);
    Kernels.best()
        .updates()
        .adamW(weight2, gradient, GRADIENT_FROM, mean2, square2, step, FROM, length);
    assertThat(weight2).containsExactly(weight);
    assertThat(mean2).containsExactly(mean);
    assertThat(square2).containsExactly(square);
  }

  @Test
  void blend_byHand_addsTheTwoShares() {
    float[] a = {9, 1, 2, 9};
    new ScalarUpdates().blend(3, a, 1, -0.5f, new float[] {4, 8}, 0, 2);
    assertThat(a).containsExactly(9, 1, 2, 9);
    new ScalarUpdates().blend(3, a, 1, -0.5f, new float[] {4, 9}, 0, 2);
    assertThat(a).containsExactly(9, 1, 1.5f, 9);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 127, 1023})
  void blend_onLanes_hasTheBitsOfTheScalarTwin(int length) {
    float[] a = numbers(length + FROM + 2, -9);
    float[] a2 = a.clone();
    float[] b = numbers(length + GRADIENT_FROM, -9);
    new ScalarUpdates().blend(0.3f, a, FROM, -1.7f, b, GRADIENT_FROM, length);
    Kernels.best().updates().blend(0.3f, a2, FROM, -1.7f, b, GRADIENT_FROM, length);
    assertThat(a2).containsExactly(a);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 17, 1023})
  void squares_ofSomeNumbers_isTheirSumInDouble(int length) {
    float[] a = numbers(length + FROM + 2, -9);
    double expected = 0;
    for (int i = FROM; i < FROM + length; i++) {
      expected += (double) a[i] * a[i];
    }
    assertThat(Kernels.best().updates().squares(a, FROM, length))
        .isCloseTo(expected, within(1e-15 * length * (1 + expected)));
  }
}
