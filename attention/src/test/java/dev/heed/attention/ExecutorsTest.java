package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecutorsTest {
  @Test
  void forward_twoKeys_weighsByExpOfScore() {
    HeadView q = HeadView.of(Tensor.of(new float[] {1}, 1, 1, 1, 1));
    HeadView k = HeadView.of(Tensor.of(new float[] {0, 1}, 1, 1, 2, 1));
    HeadView v = HeadView.of(Tensor.of(new float[] {1, 0, 0, 1}, 1, 1, 2, 2));
    AttentionInput input = AttentionInput.of(q, k, v, Positions.of(1), Positions.of(0, 1));
    Tensor out = Tensor.zeros(1, 1, 1, 2);
    try (Workers workers = Workers.of(1)) {
      new Reference()
          .forward(
              Attention.causal(),
              input,
              HeadView.of(out),
              Run.inference(Kernels.scalar(), workers));
    }
    assertThat(out.toArray())
        .containsExactly((float) (1 / (1 + Math.E)), (float) (Math.E / (1 + Math.E)));
  }

  @Test
  void forward_tiledAndReference_agree() {
    Random random = new Random(1);
    HeadView q = HeadView.of(random(random, 2, 6, 37, 11));
    HeadView k = HeadView.of(random(random, 2, 3, 150, 11));
    HeadView v = HeadView.of(random(random, 2, 3, 150, 7));
    Attention attention =
        Attention.full()
            .withMask(Mask.parse("causal & window(90) | global(2)"))
            .withModifier(Modifier.softCap(3))
            .withModifier(Modifier.alibi());
    AttentionInput input =
        AttentionInput.of(q, k, v, Positions.range(100, 37), Positions.range(0, 150));
    Tensor one = Tensor.zeros(2, 6, 37, 7);
    Tensor two = Tensor.zeros(2, 6, 37, 7);
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.scalar(), workers);
      new Reference().forward(attention, input, HeadView.of(one), run);
      new Tiled().forward(attention, input, HeadView.of(two), run);
    }
    for (int n = 0; n < one.size(); n++) {
      assertThat(two.array()[n]).isCloseTo(one.array()[n], within(1e-5f));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 290, 555})
  void forward_nanInASeenValueOfAlmostNoWeight_isNaNInEveryExecutor(int key) {
    Random random = new Random(2);
    int keys = 600;
    HeadView q = HeadView.of(Tensor.of(new float[] {20, 10}, 1, 1, 1, 2));
    Tensor k = random(random, 1, 1, keys, 2);
    // far below key 400, with everything around it
    for (int s = Math.max(0, key - 256); s < Math.min(keys, key + 256); s++) {
      k.array()[2 * s] = -20;
    }
    k.array()[2 * 400] = 30;
    Tensor v = random(random, 1, 1, keys, 3);
    v.array()[3 * key + 1] = Float.NaN;
    AttentionInput input =
        AttentionInput.of(
            q, HeadView.of(k), HeadView.of(v), Positions.of(keys), Positions.range(0, keys));
    try (Workers workers = Workers.of(1)) {
      for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
        for (Kernels kernels : List.of(Kernels.scalar(), Kernels.best())) {
          Tensor out = Tensor.zeros(1, 1, 1, 3);
          Run run = Run.inference(kernels, workers);
          executor.forward(Attention.causal(), input, HeadView.of(out), run);
          assertThat(out.at(0, 0, 0, 1)).describedAs("%s", executor).isNaN();
          assertThat(out.at(0, 0, 0, 2)).describedAs("%s", executor).isFinite();
        }
      }
    }
  }

  @Test
  void forward_noKeysButASink_isZero() {
    HeadView q = HeadView.of(random(new Random(3), 2, 6, 5, 11));
    HeadView none = HeadView.of(Tensor.zeros(2, 3, 0, 11));
    Attention attention = Attention.full().withNormalizer(Normalizer.sink());
    AttentionInput input =
        AttentionInput.of(q, none, none, Positions.range(0, 5), Positions.of())
            .withParameter("sink", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 6));
    try (Workers workers = Workers.of(2)) {
      for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
        Run run = Run.inference(Kernels.best(), workers);
        Tensor out = Tensor.zeros(2, 6, 5, 11);
        out.fill(3);
        executor.forward(attention, input, HeadView.of(out), run);
        assertThat(out.toArray()).describedAs("%s", executor).containsOnly(0f);
      }
    }
  }

  private static Tensor random(Random random, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = (float) random.nextGaussian();
    }
    return tensor;
  }
}
