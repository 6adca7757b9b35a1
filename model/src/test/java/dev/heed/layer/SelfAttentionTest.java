package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.attention.Attention;
import dev.heed.attention.Chance;
import dev.heed.attention.Positions;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SelfAttentionTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);

  private final Random random = new Random(4);
  private final Tensor x = Tensor.of(numbers(3 * 11 * 12), 3, 11, 12);
  private final SelfAttention sure =
      new SelfAttention(
          new SelfAttention.Projections(
              linear("q", 4 * 6, 12),
              linear("k", 2 * 6, 12),
              linear("v", 2 * 6, 12),
              linear("o", 12, 4 * 6)),
          SelfAttention.HeadNorms.NONE,
          Optional.empty(),
          Attention.causal(),
          new Heads(4, 2, 6));

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private Linear linear(String name, int out, int in) {
    return new Linear(Weight.of(name, numbers(out * in), out, in));
  }

  private float[] forward(SelfAttention layer, Run run) {
    return layer.forward(x, 0, Pass.whole(Positions.range(0, 11)), run).toArray();
  }

  @Test
  void forward_chance_drawsInTrainingAlone() {
    SelfAttention drops = sure.withChance(Chance.none().withWeights(0.4));
    float[] expected = forward(sure, RUN);
    assertThat(forward(drops, RUN)).isEqualTo(expected);
    float[] trained = forward(drops, RUN.training(CounterRandom.of(5)));
    assertThat(trained).isNotEqualTo(expected);
    assertThat(forward(drops, RUN.training(CounterRandom.of(5)))).isEqualTo(trained);
    assertThat(forward(drops, RUN.training(CounterRandom.of(6)))).isNotEqualTo(trained);
  }

  @Test
  void forward_noChance_drawsNothing() {
    Run training = RUN.training(CounterRandom.of(5));
    assertThat(forward(sure, training)).isEqualTo(forward(sure, RUN));
    assertThat(training.draw()).isEqualTo(RUN.training(CounterRandom.of(5)).draw());
  }
}
