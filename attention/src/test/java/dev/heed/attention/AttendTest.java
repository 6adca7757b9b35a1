package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Gradients;
import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class AttendTest {
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);
  private static final AttentionSites SITES = AttentionSites.inBlock(3);
  private static final Attention ATTENTION =
      Attention.full()
          .withMask(Mask.parse("causal & window(4)"))
          .withModifier(Modifier.softCap(2))
          .withNormalizer(Normalizer.sink());

  private final Random random = new Random(2);
  private final Tensor q = Calls.tensor(random, 2, 6, 4 * 5);
  private final Tensor k = Calls.tensor(random, 2, 6, 2 * 5);
  private final Tensor v = Calls.tensor(random, 2, 6, 2 * 7);
  private final Weight sink = Weight.of("sink", Calls.numbers(random, 4), 4);

  private AttentionInput input() {
    Positions positions = Positions.range(0, 6);
    return AttentionInput.of(
            HeadView.split(q, 4), HeadView.split(k, 2), HeadView.split(v, 2), positions, positions)
        .withParameter("sink", Tensor.of(sink.floats(), 4));
  }

  private Attend trainable() {
    Attend.Operands operands = new Attend.Operands(q, k, v, Map.of("sink", sink));
    return Attend.trainable(ATTENTION, input(), SITES, operands);
  }

  /// Sees some sites and changes what it sees.
  private record Looking(List<String> wanted, List<Tensor> seen, UnaryOperator<Tensor> change)
      implements Probe {
    static Looking at(String... sites) {
      return new Looking(List.of(sites), new ArrayList<>(), UnaryOperator.identity());
    }

    @Override
    public boolean wants(Site site) {
      return wanted.contains(site.path());
    }

    @Override
    public Tensor at(Site site, Tensor value) {
      seen.add(value.copy());
      return change.apply(value);
    }
  }

  @Test
  void forward_probed_equalsForwardUnseen() {
    Tensor plain = RUN.apply(trainable()).copy();
    Looking probe = Looking.at("blocks.3.attn.attn_scores", "blocks.3.attn.pattern");
    Tensor seen = RUN.probed(probe).apply(trainable());
    GoldenAttentionTest.assertClose("seen", seen.toArray(), plain.toArray(), 2e-6, 2e-5);
    Tensor scores = probe.seen().get(0);
    Tensor pattern = probe.seen().get(1);
    assertThat(scores.shape().toArray()).containsExactly(2, 4, 6, 6);
    assertThat(scores.at(1, 2, 3, 4)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(pattern.at(1, 2, 3, 4)).isZero();
    double[] expected = new Oracle(ATTENTION, input()).weights(1, 2, 5);
    for (int s = 0; s < 6; s++) {
      assertThat((double) pattern.at(1, 2, 5, s)).isCloseTo(expected[s], within(1e-6));
    }
  }

  @Test
  void forward_replacedPattern_goesOnWithIt() {
    Looking onlyFirst =
        new Looking(
            List.of("blocks.3.attn.pattern"),
            new ArrayList<>(),
            pattern -> {
              Tensor one = Tensor.zeros(pattern.shape());
              for (int row = 0; row < one.size(); row += 6) {
                one.array()[row] = 1;
              }
              return one;
            });
    Tensor y = RUN.probed(onlyFirst).apply(trainable());
    // query 2 sees key 0, query 5 does not and gets nothing from it
    assertThat(y.at(1, 2, 3 * 7 + 4)).isEqualTo(v.at(1, 0, 1 * 7 + 4));
    assertThat(y.at(1, 5, 3 * 7 + 4)).isZero();
  }

  @Test
  void forward_chosenExecutor_isTheOneThatRuns() {
    Tensor fitting = RUN.apply(trainable()).copy();
    for (Executor executor : List.of(new Reference(), new Tiled(), new Decode())) {
      Tensor y = RUN.choosing(Executor.class, executor).apply(trainable());
      assertThat(RUN.choosing(Executor.class, executor).choice(Executor.class)).contains(executor);
      GoldenAttentionTest.assertClose("" + executor, y.toArray(), fitting.toArray(), 2e-6, 2e-5);
    }
  }

  @Test
  void backward_everyOperand_equalsCentralDifference() {
    Run run = RUN.taped();
    Tensor y = run.apply(trainable());
    Tensor dy = Calls.tensor(new Random(9), 2, 6, 4 * 7);
    Gradients gradients = run.tape().orElseThrow().backward(y, dy, run);
    check(gradients.of(q).toArray(), q.array(), dy);
    check(gradients.of(k).toArray(), k.array(), dy);
    check(gradients.of(v).toArray(), v.array(), dy);
    check(gradients.of(sink).toArray(), sink.array().orElseThrow(), dy);
  }

  private void check(float[] gradient, float[] numbers, Tensor dy) {
    float step = 0x1p-6f;
    for (int n = 0; n < numbers.length; n++) {
      float kept = numbers[n];
      numbers[n] = kept + step;
      double above = loss(dy);
      numbers[n] = kept - step;
      double below = loss(dy);
      numbers[n] = kept;
      double expected = (above - below) / (2 * step);
      // the truncation h² f''' / 6 and the rounding ε |y| / h are both below 1e-3
      assertThat((double) gradient[n]).isCloseTo(expected, within(2e-3 * (1 + Math.abs(expected))));
    }
  }

  private double loss(Tensor dy) {
    Tensor y = RUN.choosing(Executor.class, new Reference()).apply(trainable());
    double sum = 0;
    for (int n = 0; n < dy.size(); n++) {
      sum += (double) y.array()[y.offset() + n] * dy.array()[n];
    }
    return sum;
  }

  @Test
  void forward_tapeWithoutOperands_isRefused() {
    assertThatThrownBy(() -> RUN.taped().apply(Attend.inference(ATTENTION, input(), SITES)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("a tape does not go with attention without operands");
  }

  @Test
  void forward_tapeAndReplacingProbe_isRefused() {
    Looking doubling =
        new Looking(
            List.of("blocks.3.attn.attn_scores"),
            new ArrayList<>(),
            scores -> {
              scores.fill(1);
              return scores;
            });
    assertThatThrownBy(() -> RUN.taped().probed(doubling).apply(trainable()))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("probe at blocks.3.attn.attn_scores")
        .hasMessageContaining("tape");
    Looking looking = Looking.at("blocks.3.attn.attn_scores");
    assertThat(RUN.taped().probed(looking).apply(trainable()).size()).isPositive();
  }

  @Test
  void backward_fastExecutors_nameWhatComputesGradients() {
    for (Executor executor : List.of(new Decode())) {
      InputGradients dx =
          new InputGradients(HeadView.split(q, 4), HeadView.split(k, 2), HeadView.split(v, 2));
      OutputGradients dy = OutputGradients.of(HeadView.split(Tensor.zeros(2, 6, 28), 4));
      assertThatThrownBy(() -> executor.backward(ATTENTION, input(), dy, dx, RUN))
          .isInstanceOf(UnsupportedCombinationException.class)
          .hasMessageContaining("backward")
          .hasMessageContaining("Reference");
    }
  }
}
