package dev.heed.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.attention.Attention;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Positions;
import dev.heed.attention.Score;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HeadRemovalTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(1));

  private final Random random = new Random(7);
  private final Tensor x = Tensor.of(numbers(2 * 9 * 14), 2, 9, 14);

  private float[] numbers(int count) {
    float[] numbers = new float[count];
    for (int n = 0; n < count; n++) {
      numbers[n] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private Weight weight(String name, int... shape) {
    return Weight.of(name, numbers(Tensor.zeros(shape).size()), shape);
  }

  private Linear linear(String name, int out, int in) {
    return new Linear(weight(name, out, in), Optional.of(weight(name + ".bias", out)));
  }

  /// Six query heads over three key/value heads of width 5, gated and normed.
  private SelfAttention attention(Attention choices, float... gates) {
    Map<String, Weight> learned = new LinkedHashMap<>();
    learned.put("gate", Weight.of("gate", gates, 6));
    learned.put("temperature", weight("temperature", 6));
    learned.put("t5", weight("t5", 8, 6));
    learned.put("sink", weight("sink", 6));
    SelfAttention.HeadNorms norms =
        SelfAttention.HeadNorms.NONE.withResult(new Norm.RmsNorm(weight("norm", 5), 1e-6f));
    return new SelfAttention(
            new SelfAttention.Projections(
                linear("q", 30, 14), linear("k", 15, 14), linear("v", 15, 14), linear("o", 14, 30)),
            norms,
            Optional.empty(),
            choices,
            new Heads(6, 3, 5))
        .withLearned(learned);
  }

  private static Attention choices() {
    return Attention.causal()
        .withScore(new Score.Cosine(new Score.Scale.Learned()))
        .withModifier(new Modifier.Scale(List.of(1.0, 1.1, 1.2, 1.3, 1.4, 1.5)))
        .withModifier(new Modifier.T5(8, 20, Modifier.T5.Direction.CAUSAL))
        .withNormalizer(Normalizer.sink());
  }

  private float[] forward(SelfAttention layer) {
    return layer.forward(x, 0, Pass.whole(Positions.range(0, 9)), RUN).toArray();
  }

  @Test
  void of_oneHeadOfEachGroup_equalsGatesOfZero() {
    SelfAttention gated = attention(choices(), 0, 1.5f, 0.7f, 0, 0, -1);
    SelfAttention reduced = HeadRemoval.of(gated, Set.of(0, 3, 4));
    assertThat(reduced.heads()).isEqualTo(new Heads(3, 3, 5));
    assertThat(forward(reduced)).containsExactly(forward(gated), Offset.offset(2e-5f));
  }

  @Test
  void of_aWholeGroup_takesItsKeysAway() {
    SelfAttention gated = attention(choices(), 0.5f, 1.5f, 0, 0, 2, -1);
    SelfAttention reduced = HeadRemoval.of(gated, Set.of(2, 3));
    assertThat(reduced.heads()).isEqualTo(new Heads(4, 2, 5));
    assertThat(reduced.projections().key().out()).isEqualTo(10);
    assertThat(forward(reduced)).containsExactly(forward(gated), Offset.offset(2e-5f));
  }

  @Test
  void of_oneHeadOfAGroup_repeatsTheKeysOfOthers() {
    SelfAttention gated = attention(choices(), 0, 1, 1, 0.5f, 1, 1.5f);
    SelfAttention reduced = HeadRemoval.of(gated, Set.of(0));
    assertThat(reduced.heads()).isEqualTo(new Heads(5, 5, 5));
    assertThat(forward(reduced)).containsExactly(forward(gated), Offset.offset(2e-5f));
  }

  @Test
  void of_whatCannotGo_saysWhy() {
    SelfAttention whole = attention(choices(), 1, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> HeadRemoval.of(whole, Set.of(6)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[6] cannot go from 6 heads");
    SelfAttention sloped = attention(choices().withModifier(Modifier.alibi()), 1, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> HeadRemoval.of(sloped, Set.of(0, 1)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContainingAll("alibi", "removal of heads");
    Modifier reading = Modifier.expression("s / (1 + h)");
    SelfAttention apart = attention(choices().withModifier(reading), 1, 1, 1, 1, 1, 1);
    assertThatThrownBy(() -> HeadRemoval.of(apart, Set.of(0, 1)))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContainingAll("reads h", "removal of heads");
  }
}
