package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.CacheShape;
import dev.heed.attention.Chance;
import dev.heed.attention.GrowingCache;
import dev.heed.attention.Positions;
import dev.heed.attention.Source;
import dev.heed.attention.source.ExactIndex;
import dev.heed.attention.source.NeighbourMemory;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.data.Offset;
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
  void forward_prefixThroughCache_equalsWhole() {
    Map<String, Weight> rows =
        Map.of(
            "prefix_keys", Weight.of("prefix_keys", numbers(5 * 12), 5, 12),
            "prefix_values", Weight.of("prefix_values", numbers(5 * 12), 5, 12));
    SelfAttention prefixed = sure.withSource(Source.prefix(5), rows);
    float[] whole = forward(prefixed, RUN);
    assertThat(whole).isNotEqualTo(forward(sure, RUN));
    List<MixerCache> caches =
        List.of(new MixerCache.KeysAndValues(new GrowingCache(new CacheShape(3, 2, 6, 6), 20)));
    float[] made = new float[whole.length];
    for (int from = 0; from < 11; from += 4) {
      int to = Math.min(11, from + 4);
      Tensor part = Tensor.zeros(3, to - from, 12);
      for (int b = 0; b < 3; b++) {
        System.arraycopy(
            x.array(), (b * 11 + from) * 12, part.array(), b * (to - from) * 12, (to - from) * 12);
      }
      Pass pass = Pass.after(caches, Positions.range(from, to - from), 0);
      float[] rowsOut = prefixed.forward(part, 0, pass, RUN).toArray();
      for (int b = 0; b < 3; b++) {
        System.arraycopy(
            rowsOut, b * (to - from) * 12, made, (b * 11 + from) * 12, (to - from) * 12);
      }
    }
    // rounding of sums of 24 numbers of about 25
    assertThat(made).containsExactly(whole, Offset.offset(1e-4f));
  }

  @Test
  void forward_memory_recallsWhatWasRemembered() {
    Map<String, Weight> gate = Map.of("memory_gate", Weight.of("memory_gate", numbers(4), 4));
    SelfAttention recalling = sure.withSource(Source.memory(3), gate);
    NeighbourMemory memory =
        new NeighbourMemory(
            new CacheShape(3, 2, 6, 6), 100, ExactIndex.factory(RUN.kernels().lookup()));
    Pass first = Pass.whole(Positions.range(0, 11)).remembering(Map.of(0, memory));
    float[] nothingYet = recalling.forward(x, 0, first, RUN).toArray();
    assertThat(nothingYet).isEqualTo(forward(sure, RUN));
    first.remember();
    assertThat(memory.length(2)).isEqualTo(11);
    Pass next = Pass.whole(Positions.range(0, 11)).remembering(Map.of(0, memory));
    float[] mixed = recalling.forward(x, 0, next, RUN).toArray();
    assertThat(mixed).isNotEqualTo(nothingYet);
    new GradCheck(RUN)
        .check(
            List.of(gate.get("memory_gate"), recalling.projections().value().weight()),
            run -> {
              Pass pass = Pass.whole(Positions.range(0, 11)).remembering(Map.of(0, memory));
              return recalling.forward(x, 0, pass, run);
            })
        .orElseThrow();
    assertThatThrownBy(() -> forward(recalling, RUN))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("block 0 looks into a memory");
  }

  @Test
  void forward_noChance_drawsNothing() {
    Run training = RUN.training(CounterRandom.of(5));
    assertThat(forward(sure, training)).isEqualTo(forward(sure, RUN));
    assertThat(training.draw()).isEqualTo(RUN.training(CounterRandom.of(5)).draw());
  }
}
