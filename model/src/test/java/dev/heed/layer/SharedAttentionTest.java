package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.CacheChoice;
import dev.heed.attention.Positions;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SharedAttentionTest {
  private static final int LENGTH = 11;
  private static final int WIDTH = 12;
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private int drawn;
  private final Tensor x = Tensor.of(numbers(3 * LENGTH * WIDTH), 3, LENGTH, WIDTH);
  private final SelfAttention first =
      new SelfAttention(
          new SelfAttention.Projections(
              linear("q", 4 * 6, WIDTH),
              linear("k", 2 * 6, WIDTH),
              linear("v", 2 * 6, WIDTH),
              linear("o", WIDTH, 4 * 6)),
          SelfAttention.HeadNorms.NONE,
          Optional.empty(),
          Attention.causal(),
          new Heads(4, 2, 6));
  private final SharedAttention second =
      new SharedAttention(
          linear("q2", 6 * 6, WIDTH),
          linear("o2", WIDTH, 6 * 6),
          Optional.empty(),
          Attention.causal(),
          new Heads(6, 2, 6),
          0);

  private float[] numbers(int count) {
    CounterRandom random = CounterRandom.of(9).stream(drawn++);
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.normal(n) / 3;
    }
    return numbers;
  }

  private Linear linear(String name, int out, int in) {
    return new Linear(Weight.of(name, numbers(out * in), out, in));
  }

  private Tensor both(Tensor input, Pass pass, Run run) {
    return second.forward(first.forward(input, 0, pass, run), 1, pass, run);
  }

  /// The same as a self-attention whose keys and values are projected from the first block's input.
  @Test
  void forward_keysOfEarlierBlock_equalsAttentionToThem() {
    Pass pass = Pass.whole(Positions.range(0, LENGTH));
    float[] shared = both(x, pass, RUN).toArray();
    SelfAttention alike =
        new SelfAttention(
            new SelfAttention.Projections(
                second.query(),
                first.projections().key(),
                first.projections().value(),
                second.output()),
            SelfAttention.HeadNorms.NONE,
            Optional.empty(),
            Attention.causal(),
            second.heads());
    float[] other = alike.forward(x, 0, Pass.whole(Positions.range(0, LENGTH)), RUN).toArray();
    // the queries differ in where they come from, so only where those agree do the results
    assertThat(shared).isNotEqualTo(other);
    Pass again = Pass.whole(Positions.range(0, LENGTH));
    first.forward(x, 0, again, RUN);
    assertThat(second.forward(x, 1, again, RUN).toArray()).isEqualTo(other);
  }

  @Test
  void forward_throughCache_equalsWhole() {
    float[] whole = both(x, Pass.whole(Positions.range(0, LENGTH)), RUN).toArray();
    for (String choice : List.of("fitting", "paged(4)")) {
      CacheChoice kind = CacheChoice.parse(choice);
      List<MixerCache> caches =
          List.of(first.newCache(1, 20, 20, kind), second.newCache(1, 20, 20, kind));
      for (int t = 0; t < LENGTH; t++) {
        Tensor row =
            Tensor.of(Arrays.copyOfRange(x.array(), t * WIDTH, (t + 1) * WIDTH), 1, 1, WIDTH);
        float[] made = both(row, Pass.after(caches, Positions.range(t, 1), 0), RUN).toArray();
        assertThat(made)
            .containsExactly(
                Arrays.copyOfRange(whole, t * WIDTH, (t + 1) * WIDTH), Offset.offset(1e-5f));
      }
      assertThat(caches.get(1).bytes()).isZero();
    }
  }

  @Test
  void backward_bothBlocks_addUpInTheKeys() {
    List<Operand> operands =
        List.of(
            x,
            first.projections().key().weight(),
            first.projections().value().weight(),
            second.query().weight());
    new GradCheck(RUN)
        .check(operands, run -> both(x, Pass.whole(Positions.range(0, LENGTH)), run))
        .orElseThrow();
  }

  @Test
  void forward_nothingToShare_isRefused() {
    Pass pass = Pass.whole(Positions.range(0, LENGTH));
    assertThatThrownBy(() -> second.forward(x, 1, pass, RUN))
        .isInstanceOf(AttentionException.class)
        .hasMessageContaining("keys and values of block 0 are to be shared");
    assertThatThrownBy(() -> both(x, pass, RUN.recomputing()))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContaining("keys and values of block 0 does not go with a run that recomputes");
  }
}
