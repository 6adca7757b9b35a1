package dev.heed.attention.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Positions;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.attention.mixer.StateShape.Heads;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KernelAttentionTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));
  private static final int LENGTH = 13;
  private static final int WIDTH = 6;
  private static final int VALUE_WIDTH = 5;
  private static final Heads HEADS = new Heads(4, 2, 2);

  private final Random random = new Random(9);

  static List<FeatureMap> maps() {
    return List.of(
        FeatureMap.eluPlusOne(),
        FeatureMap.relu(),
        FeatureMap.taylor(),
        FeatureMap.favor(WIDTH, 16, CounterRandom.of(4)));
  }

  private StateInput input(int batch, float size) {
    Tensor q = MixStateTest.tensor(random, batch, LENGTH, 4 * WIDTH);
    Tensor k = MixStateTest.tensor(random, batch, LENGTH, 2 * WIDTH);
    for (int i = 0; i < k.size(); i++) {
      k.array()[i] *= size;
    }
    Tensor v = MixStateTest.tensor(random, batch, LENGTH, 2 * VALUE_WIDTH);
    return StateInput.of(q, k, v, HEADS);
  }

  @Test
  void taylor_products_areTheSeries() {
    Tensor x = MixStateTest.tensor(random, 1, 2, WIDTH);
    Tensor y = RUN.apply(new MapFeatures(x, 1, FeatureMap.taylor()));
    assertThat(y.axis(2)).isEqualTo(1 + 6 + 21);
    double score = 0;
    double product = 0;
    for (int e = 0; e < WIDTH; e++) {
      score += x.at(0, 0, e) * x.at(0, 1, e) / Math.sqrt(WIDTH);
    }
    for (int f = 0; f < y.axis(2); f++) {
      product += y.at(0, 0, f) * y.at(0, 1, f);
    }
    assertThat(product).isCloseTo(1 + score + score * score / 2, within(1e-5));
  }

  @Test
  void unit_rows_haveLengthOne() {
    Tensor x = Tensor.of(new float[] {3, -4, 0, 0}, 1, 2, 2);
    assertThat(RUN.apply(new MapFeatures(x, 1, FeatureMap.unit())).toArray())
        .containsExactly(new float[] {0.6f, -0.8f, 0, 0}, within(1e-6f));
  }

  /// Features of many directions come near the softmax that they stand in for.
  @Test
  void favor_manyFeatures_approximatesSoftmax() {
    StateInput input = input(1, 1);
    FeatureMap map = FeatureMap.favor(WIDTH, 4096, CounterRandom.of(8));
    Tensor y = KernelAttention.normalized(map).forward(input, RUN);
    double sum = 0;
    double expected = 0;
    for (int j = 0; j <= 9; j++) {
      double score = 0;
      for (int e = 0; e < WIDTH; e++) {
        score += input.q().at(0, 9, 3 * WIDTH + e) * input.k().at(0, j, WIDTH + e);
      }
      double weight = Math.exp(score / Math.sqrt(WIDTH));
      sum += weight;
      expected += weight * input.v().at(0, j, VALUE_WIDTH + 2);
    }
    // an error of 1/sqrt(4096) of the weights, times some
    assertThat((double) y.at(0, 9, 3 * VALUE_WIDTH + 2)).isCloseTo(expected / sum, within(0.1));
  }

  /// Keys so long that their exponentials are beyond a float stay finite by the running maximum.
  @Test
  void favor_longKeys_staysFinite() {
    Tensor y =
        KernelAttention.normalized(FeatureMap.favor(WIDTH, 16, CounterRandom.of(4)))
            .forward(input(2, 60), RUN);
    for (float number : y.toArray()) {
      assertThat(Float.isFinite(number)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  void forward_inParts_equalsWhole(FeatureMap map) {
    StateInput input = input(2, 1.5f);
    KernelAttention attention = KernelAttention.normalized(map);
    float[] whole = attention.forward(input, RUN).toArray();
    KernelAttention.Memory memory =
        KernelAttention.Memory.empty(attention, 2, HEADS, WIDTH, VALUE_WIDTH);
    int[] cuts = {0, 1, 2, 11, LENGTH};
    for (int i = 0; i + 1 < cuts.length; i++) {
      StateInput part = MixStateTest.part(input, cuts[i], cuts[i + 1]);
      Tensor y = attention.forward(part, Optional.of(memory), RUN);
      for (int t = 0; t < cuts[i + 1] - cuts[i]; t++) {
        int row = (LENGTH + cuts[i] + t) * 4 * VALUE_WIDTH;
        assertThat(y.at(1, t, 17)).isCloseTo(whole[row + 17], within(2e-5f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("maps")
  void forward_documents_areThoseAlone(FeatureMap map) {
    StateInput input = input(1, 1.5f);
    KernelAttention attention = KernelAttention.normalized(map);
    int[] documents = new int[LENGTH];
    Arrays.setAll(documents, t -> t / 8);
    Tensor all = attention.forward(input.withDocuments(Positions.of(documents)), RUN);
    Tensor second = attention.forward(MixStateTest.part(input, 8, LENGTH), RUN);
    for (int t = 8; t < LENGTH; t++) {
      assertThat(all.at(0, t, 19)).isCloseTo(second.at(0, t - 8, 19), within(2e-5f));
    }
  }

  @Test
  void backward_everyMap_equalsDifferences() {
    StateInput input = input(2, 0.8f);
    for (FeatureMap map : maps()) {
      if (map instanceof FeatureMap.Relu) {
        continue; // a denominator near zero bends too much
      }
      KernelAttention attention = KernelAttention.normalized(map);
      new GradCheck(RUN, 20, 4e-3)
          .check(List.of(input.q(), input.k(), input.v()), inner -> attention.forward(input, inner))
          .orElseThrow();
    }
  }

  @Test
  void backward_gates_equalDifferences() {
    Tensor x = MixStateTest.tensor(random, 2, 5, 6);
    new GradCheck(RUN).check(new LogLogistic(x, 16)).orElseThrow();
    new GradCheck(RUN).check(new Logistic(x)).orElseThrow();
  }

  @Test
  void of_whatDoesNotFit_namesIt() {
    Favor favor = FeatureMap.favor(WIDTH, 4, CounterRandom.of(1));
    StateMixer fading = StateMixer.linear().withDecay(Decay.retention(2));
    assertThatThrownBy(() -> KernelAttention.plain(favor, fading).forward(input(1, 1), RUN))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("random features");
    assertThatThrownBy(() -> new FavorExponents(Tensor.zeros(2, 3, 10), 2, favor))
        .isInstanceOf(MixerException.class)
        .hasMessageContaining("width 5");
    assertThatThrownBy(() -> FeatureMap.favor(WIDTH, 0, CounterRandom.of(1)))
        .hasMessageContaining("0 features");
  }
}
