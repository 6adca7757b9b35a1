package dev.heed.attention.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.mixer.StateShape.Heads;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureMapTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private static final List<FeatureMap.Rowwise> MAPS =
      List.of(
          FeatureMap.identity(), FeatureMap.eluPlusOne(), FeatureMap.unit(), FeatureMap.taylor());

  @Test
  void forward_fewNumbers_areWhatOneComputesByHand() {
    Tensor x = Tensor.of(new float[] {-1, 0, 2, 3}, 1, 1, 4);
    float[] elu = RUN.apply(new MapFeatures(x, 2, FeatureMap.eluPlusOne())).toArray();
    assertThat(elu).containsExactly(new float[] {(float) Math.exp(-1), 1, 3, 4}, within(1e-6f));
    assertThat(RUN.apply(new MapFeatures(x, 2, FeatureMap.relu())).toArray())
        .containsExactly(0, 0, 2, 3);
    assertThat(RUN.apply(new MapFeatures(x, 2, FeatureMap.identity())).toArray())
        .containsExactly(-1, 0, 2, 3);
    Tensor ones = RUN.apply(new WithOnes(x, 2));
    assertThat(ones.toArray()).containsExactly(-1, 0, 1, 2, 3, 1);
    assertThat(RUN.apply(new DivideByLast(x, 2, 1)).toArray()).containsExactly(-1, 0.5f);
  }

  /// Linear attention is the mean of the values weighed by `φ(q) φ(k)`.
  @Test
  void linearAttention_ofFeatures_isTheWeightedMean() {
    Random random = new Random(4);
    int length = 9;
    int heads = 2;
    Tensor q = MixStateTest.tensor(random, 3, length, heads * 5);
    Tensor k = MixStateTest.tensor(random, 3, length, heads * 5);
    Tensor v = MixStateTest.tensor(random, 3, length, heads * 4);
    FeatureMap.Rowwise map = FeatureMap.eluPlusOne();
    Tensor fq = RUN.apply(new MapFeatures(q, heads, map));
    Tensor fk = RUN.apply(new MapFeatures(k, heads, map));
    StateInput input = StateInput.of(fq, fk, RUN.apply(new WithOnes(v, heads)), Heads.all(heads));
    Tensor y =
        RUN.apply(new DivideByLast(RUN.apply(MixState.of(StateMixer.linear(), input)), heads, 0));
    double total = 0;
    double expected = 0;
    for (int j = 0; j <= 6; j++) {
      double weight = 0;
      for (int e = 0; e < 5; e++) {
        weight += fq.at(2, 6, 5 + e) * fk.at(2, j, 5 + e);
      }
      total += weight;
      expected += weight * v.at(2, j, 4 + 3);
    }
    assertThat(y.at(2, 6, 4 + 3)).isCloseTo((float) (expected / total), within(1e-5f));
  }

  @Test
  void backward_everyOperation_equalsDifferences() {
    Random random = new Random(6);
    Tensor x = MixStateTest.tensor(random, 2, 7, 3 * 5);
    GradCheck check = new GradCheck(RUN);
    for (FeatureMap.Rowwise map : MAPS) {
      check.check(new MapFeatures(x, 3, map)).orElseThrow();
    }
    check.check(new WithOnes(x, 3)).orElseThrow();
    for (int i = 4; i < x.size(); i += 5) {
      x.array()[i] = 1 + Math.abs(x.array()[i]);
    }
    check.check(new DivideByLast(x, 3, 1e-3f)).orElseThrow();
  }

  @Test
  void of_headsThatDoNotDivide_namesBoth() {
    Tensor x = Tensor.zeros(2, 3, 10);
    assertThatThrownBy(() -> new MapFeatures(x, 3, FeatureMap.relu()))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 10]")
        .hasMessageContaining("3 heads");
    assertThatThrownBy(() -> new WithOnes(x, 3)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> new DivideByLast(x, 10, 0)).isInstanceOf(ShapeException.class);
  }
}
