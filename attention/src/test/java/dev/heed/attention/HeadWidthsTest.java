package dev.heed.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeadWidthsTest {
  private static final HeadWidths KEYS = new HeadWidths(List.of(2, 7, 3));
  private static final HeadWidths VALUES = new HeadWidths(List.of(4, 2, 5));
  private static final int BATCH = 2;
  private static final int QUERIES = 5;
  private static final int LENGTH = 6;
  private static final HeadWidths.Places PLACES =
      new HeadWidths.Places(
          Positions.range(1, QUERIES), Positions.range(0, LENGTH), AttentionSites.inBlock(0));

  private final Run run = Run.inference(Kernels.best(), Workers.of(2));
  private final Random random = new Random(4);
  private final Tensor q = Calls.tensor(random, BATCH, QUERIES, KEYS.sum());
  private final Tensor k = Calls.tensor(random, BATCH, LENGTH, KEYS.sum());
  private final Tensor v = Calls.tensor(random, BATCH, LENGTH, VALUES.sum());
  private final Tensor scale = Calls.tensor(random, 3);

  private final Attention attention =
      Attention.causal()
          .withModifier(new Modifier.LearnedScale())
          .withModifier(Modifier.softCap(2));

  private Tensor attend(Run each) {
    Attend.Operands of = new Attend.Operands(q, k, v, Map.of("scale", scale));
    return KEYS.attend(attention, VALUES, of, PLACES, each);
  }

  /// Head `h` of rows whose heads are this wide, as a call of its own has it.
  private static HeadView head(Tensor x, HeadWidths widths, int h) {
    int from = widths.widths().subList(0, h).stream().mapToInt(Integer::intValue).sum();
    int row = x.axis(2);
    HeadView.Axes axes = new HeadView.Axes(x.axis(0), 1, x.axis(1), widths.widths().get(h));
    return new HeadView(x.array(), x.offset() + from, axes, x.axis(1) * row, 0, row);
  }

  @Test
  void attend_unequalWidths_equalsACallForEachHead() {
    Tensor y = attend(run);
    Tensor expected = Tensor.zeros(BATCH, QUERIES, VALUES.sum());
    for (int h = 0; h < 3; h++) {
      AttentionInput input =
          AttentionInput.of(
                  head(q, KEYS, h),
                  head(k, KEYS, h),
                  head(v, VALUES, h),
                  PLACES.queries(),
                  PLACES.keys())
              .withParameter("scale", scale.slice(h, h + 1));
      new Reference().forward(attention, input, head(expected, VALUES, h), run);
    }
    for (int n = 0; n < y.size(); n++) {
      // float sums of 7 products, exponentials of them, sums of 6
      assertThat(y.array()[y.offset() + n]).isCloseTo(expected.array()[n], within(5e-6f));
    }
  }

  @Test
  void attend_unequalWidths_gradientsEqualDifferences() {
    GradCheck.Result result = new GradCheck(run).check(List.of(q, k, v, scale), this::attend);
    assertThat(result.failure()).isEmpty();
  }

  @Test
  void attend_whatDoesNotFit_isNamed() {
    assertThatThrownBy(() -> KEYS.padded(Tensor.zeros(2, 3, 11), run))
        .isInstanceOf(ShapeException.class)
        .hasMessageContainingAll("[2, 3, 11]", "[2, 7, 3]", "[B, T, 12]");
    assertThatThrownBy(() -> new HeadWidths(List.of(3, 0))).hasMessageContaining("[3, 0]");
    assertThatThrownBy(() -> HeadWidths.attention(Attention.full().withScore(Score.cosine(3))))
        .isInstanceOf(UnsupportedCombinationException.class)
        .hasMessageContainingAll("heads of unequal width", "score cosine(3)");
  }
}
