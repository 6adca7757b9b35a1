package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RotaryTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);

  private static void assertFrequencies(Rotary rotary, double[] indexThenValue) {
    double[] frequencies = rotary.frequencies(1);
    for (int n = 0; n < indexThenValue.length; n += 2) {
      double expected = indexThenValue[n + 1];
      assertThat(frequencies[(int) indexThenValue[n]])
          .as("pair %s", indexThenValue[n])
          .isCloseTo(expected, within(1e-6 * expected));
    }
  }

  private static Rotary scaled(int width, double base, RotaryScaling scaling) {
    return new Rotary(Rotary.Layout.HALF_SPLIT, width, base, scaling);
  }

  @Test
  void frequencies_plainAndLinear_arePowersOfTheBase() {
    assertThat(Rotary.of(8, 10_000).frequencies(1))
        .containsExactly(new double[] {1, 0.1, 0.01, 0.001}, within(1e-15));
    assertThat(scaled(8, 10_000, new RotaryScaling.Linear(4)).frequencies(1))
        .containsExactly(new double[] {0.25, 0.025, 0.0025, 0.00025}, within(1e-15));
  }

  @Test
  void frequencies_ntk_areThoseOfTheGoldenBase() {
    Rotary ntk = scaled(128, 10_000, new RotaryScaling.Ntk(4));
    double[] expected = Rotary.of(128, 40889.94).frequencies(1);
    assertThat(ntk.frequencies(1)).containsExactly(expected, within(1e-7));
  }

  @Test
  void frequencies_dynamicNtk_growWithTheLengthAlone() {
    Rotary dynamic = scaled(128, 10_000, new RotaryScaling.DynamicNtk(2, 4096));
    assertThat(dynamic.frequencies(4096)).isEqualTo(Rotary.of(128, 10_000).frequencies(1));
    double base = 10_000 * Math.pow(2.0 * 8192 / 4096 - 1, 128 / 126.0);
    assertThat(dynamic.frequencies(8192))
        .containsExactly(Rotary.of(128, base).frequencies(1), within(1e-12));
  }

  @Test
  void frequencies_yarn_areGolden() {
    RotaryScaling.Yarn yarn = RotaryScaling.Yarn.of(4, 4096);
    assertThat(yarn.magnitude()).isCloseTo(1.138629, within(1e-6));
    assertFrequencies(
        scaled(128, 10_000, yarn),
        new double[] {0, 1, 20, .056234133, 30, .0094885179, 40, .0013378867, 63, 2.886955e-5});
  }

  @Test
  void frequencies_yarnExactEdges_begin_whereTheFormulaPutsThem() {
    RotaryScaling.Yarn.Ramp exact =
        new RotaryScaling.Yarn.Ramp(32, 1, RotaryScaling.Yarn.Ramp.Edges.EXACT);
    Rotary rotary = scaled(128, 10_000, new RotaryScaling.Yarn(4, 4096, exact, 1));
    double low = 128 * Math.log(4096 / (32 * 2 * Math.PI)) / (2 * Math.log(10_000));
    double high = 128 * Math.log(4096 / (2 * Math.PI)) / (2 * Math.log(10_000));
    double ramp = (30 - low) / (high - low);
    double plain = Math.pow(10_000, -60 / 128.0);
    assertFrequencies(rotary, new double[] {30, plain * (ramp / 4 + 1 - ramp)});
  }

  @Test
  void frequencies_llama3_areGolden() {
    assertFrequencies(
        scaled(128, 5e5, new RotaryScaling.Llama3(8, 1, 4, 8192)),
        new double[] {
          1,
          .81461723,
          20,
          .01656044,
          28,
          .003211446,
          30,
          .0013718936,
          32,
          .00052484616,
          40,
          3.4281022e-5,
          63,
          3.068926e-7
        });
  }

  @ParameterizedTest
  @EnumSource(Rotary.Layout.class)
  void rotate_partialWidth_equalsComplexProduct(Rotary.Layout layout) {
    Rotary rotary =
        new Rotary(
            layout, 6, 100, new RotaryScaling.Yarn(2, 64, RotaryScaling.Yarn.Ramp.STANDARD, 1.5));
    Positions positions = Positions.rows(new int[] {0, 7, -3, 50}, new int[] {9, 1, 2, 100_000});
    Tensor x = Calls.tensor(new Random(3), 2, 4, 3 * 11);
    Tensor y = RUN.apply(new Rotate(x, 3, rotary.angles(positions)));
    double[] frequencies = rotary.frequencies(1);
    for (int b = 0; b < 2; b++) {
      for (int t = 0; t < 4; t++) {
        for (int h = 0; h < 3; h++) {
          for (int pair = 0; pair < 3; pair++) {
            int first = layout == Rotary.Layout.HALF_SPLIT ? pair : 2 * pair;
            int second = layout == Rotary.Layout.HALF_SPLIT ? pair + 3 : 2 * pair + 1;
            double angle = positions.at(b, t) * frequencies[pair];
            double re = x.at(b, t, h * 11 + first);
            double im = x.at(b, t, h * 11 + second);
            assertThat((double) y.at(b, t, h * 11 + first))
                .isCloseTo(1.5 * (re * Math.cos(angle) - im * Math.sin(angle)), within(1e-6));
            assertThat((double) y.at(b, t, h * 11 + second))
                .isCloseTo(1.5 * (re * Math.sin(angle) + im * Math.cos(angle)), within(1e-6));
          }
          for (int e = 6; e < 11; e++) {
            assertThat(y.at(b, t, h * 11 + e)).isEqualTo(x.at(b, t, h * 11 + e));
          }
        }
      }
    }
  }

  @Test
  void rotate_queryAndKey_dotDependsOnTheDifference() {
    Rotary rotary = Rotary.of(10, 10_000);
    Tensor x = Calls.tensor(new Random(4), 1, 2, 10);
    float near = turnedDot(rotary, x, 3, 8);
    assertThat(turnedDot(rotary, x, 103, 108)).isCloseTo(near, within(2e-5f));
    assertThat(turnedDot(rotary, x, 3, 9)).isNotCloseTo(near, within(1e-2f));
  }

  private static float turnedDot(Rotary rotary, Tensor x, int i, int j) {
    Tensor y = RUN.apply(new Rotate(x, 1, rotary.angles(Positions.of(i, j))));
    float sum = 0;
    for (int e = 0; e < 10; e++) {
      sum += y.at(0, 0, e) * y.at(0, 1, e);
    }
    return sum;
  }

  @Test
  void backward_rotate_turnsBack() {
    Rotary rotary = new Rotary(Rotary.Layout.INTERLEAVED, 6, 100, RotaryScaling.none());
    Tensor x = Calls.tensor(new Random(5), 2, 3, 2 * 7);
    Rotate rotate = new Rotate(x, 2, rotary.angles(Positions.of(4, 11, 5)));
    Gradients gradients = new Gradients();
    rotate.backward(rotate.forward(RUN.taped()), gradients, RUN);
    // turning is orthogonal: backward of forward is the identity
    float[] back = gradients.of(x).toArray();
    for (int n = 0; n < back.length; n++) {
      assertThat(back[n]).isCloseTo(x.array()[n], within(1e-6f));
    }
  }

  @Test
  void rotate_anglesOfOtherLength_namesBoth() {
    Rotary.Angles angles = Rotary.of(6, 100).angles(Positions.range(0, 4));
    assertThatThrownBy(() -> new Rotate(Tensor.zeros(2, 3, 14), 2, angles).forward(RUN))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 2, 3, 7]")
        .hasMessageContaining("[1, 4]");
    assertThatThrownBy(() -> Rotary.of(7, 100)).isInstanceOf(AttentionException.class);
  }

  @Test
  void slope_twelveHeads_areGolden() {
    double[] expected = {
      .5, .25, .125, .0625, .03125, .015625, .0078125, .00390625, .70711, .35355, .17678, .08839
    };
    for (int h = 0; h < 12; h++) {
      assertThat(Modifier.Alibi.slope(h, 12)).isCloseTo(expected[h], within(5e-6));
    }
  }

  @Test
  void rows_sinusoid_areSinesAndCosines() {
    Tensor paper = Sinusoid.of(6).rows(Positions.of(0, 5));
    assertThat(paper.at(0, 0)).isZero();
    assertThat(paper.at(0, 1)).isEqualTo(1);
    assertThat((double) paper.at(1, 2))
        .isCloseTo(Math.sin(5 * Math.pow(10_000, -2 / 6.0)), within(1e-7));
    Tensor halves =
        new Sinusoid(6, 10_000, Sinusoid.Layout.HALVES)
            .rows(Positions.rows(new int[] {0}, new int[] {5}));
    assertThat(halves.at(1, 0, 1)).isEqualTo(paper.at(1, 2));
    assertThat(halves.at(1, 0, 4)).isEqualTo(paper.at(1, 3));
  }
}
