package dev.heed.attention.mixer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.attention.Positions;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShortConvolveTest {
  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(2));

  private final Random random = new Random(3);
  private final Tensor x = MixStateTest.tensor(random, 2, 11, 70);
  private final Weight taps = weight("taps", 70, 1, 4);
  private final Optional<Weight> bias = Optional.of(weight("bias", 70));

  private Weight weight(String name, int... shape) {
    return Weight.of(name, MixStateTest.tensor(random, shape).array(), shape);
  }

  @Test
  void forward_threeTaps_isWhatOneComputesByHand() {
    Tensor input = Tensor.of(new float[] {1, 2, 3, 4}, 1, 4, 1);
    Weight three = Weight.of("taps", new float[] {100, 10, 1}, 1, 3);
    Tensor state = Tensor.of(new float[] {8, 9}, 1, 1, 2);
    ShortConvolve plain = ShortConvolve.of(input, three, Optional.empty());
    assertThat(RUN.apply(plain).toArray()).containsExactly(1, 12, 123, 234);
    assertThat(RUN.apply(plain.after(state).into(state)).toArray())
        .containsExactly(891, 912, 123, 234);
    assertThat(state.toArray()).containsExactly(3, 4);
    ShortConvolve two = plain.within(Positions.of(5, 5, 6, 6));
    assertThat(RUN.apply(two.after(state).into(state)).toArray()).containsExactly(341, 412, 3, 34);
    assertThat(RUN.apply(plain.within(Positions.of(5, 5, 5, 6)).into(state)).toArray())
        .containsExactly(1, 12, 123, 4);
    assertThat(state.toArray()).containsExactly(0, 4);
  }

  @Test
  void forward_inParts_equalsWhole() {
    float[] whole = RUN.apply(ShortConvolve.of(x, taps, bias)).toArray();
    Tensor state = Tensor.zeros(2, 70, 3);
    int[] cuts = {0, 1, 3, 8, 11};
    for (int i = 0; i + 1 < cuts.length; i++) {
      int length = cuts[i + 1] - cuts[i];
      Tensor part = Tensor.zeros(2, length, 70);
      for (int b = 0; b < 2; b++) {
        int from = (b * 11 + cuts[i]) * 70;
        System.arraycopy(x.array(), from, part.array(), b * length * 70, length * 70);
      }
      Tensor y = RUN.apply(ShortConvolve.of(part, taps, bias).after(state).into(state));
      for (int t = 0; t < length; t++) {
        assertThat(y.at(1, t, 69)).isCloseTo(whole[(11 + cuts[i] + t) * 70 + 69], within(1e-6f));
      }
    }
  }

  @Test
  void backward_everyOperand_equalsDifferences() {
    Tensor past = MixStateTest.tensor(random, 2, 70, 3);
    Positions documents =
        Positions.rows(
            new int[] {1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3},
            new int[] {7, 7, 9, 9, 9, 9, 9, 9, 9, 9, 9});
    GradCheck check = new GradCheck(RUN);
    ShortConvolve plain = ShortConvolve.of(x, taps, bias);
    check.check(plain).orElseThrow();
    check.check(plain.after(past).within(documents)).orElseThrow();
    check.check(ShortConvolve.of(x, taps, Optional.empty())).orElseThrow();
  }

  @Test
  void backward_stepsAndSkips_equalDifferences() {
    Tensor steps = MixStateTest.tensor(random, 2, 7, 5);
    Weight each = weight("each", 5);
    GradCheck check = new GradCheck(RUN);
    check.check(new TimeSteps(steps, each, 0, 1000)).orElseThrow();
    check.check(new FadeByTime(steps, each)).orElseThrow();
    Tensor y = MixStateTest.tensor(random, 2, 7, 15);
    check.check(new SkipHeads(y, MixStateTest.tensor(random, 2, 7, 15), each)).orElseThrow();
  }

  @Test
  void timeSteps_beyondLimits_areTheLimits() {
    Tensor raw = Tensor.of(new float[] {-50, 0, 50}, 1, 3, 1);
    Weight none = Weight.of("bias", new float[1], 1);
    assertThat(RUN.apply(new TimeSteps(raw, none, 0.125f, 2)).toArray())
        .containsExactly(0.125f, (float) Math.log(2), 2);
  }

  @Test
  void of_whatDoesNotFit_namesIt() {
    assertThatThrownBy(() -> ShortConvolve.of(x, weight("taps", 71, 4), bias))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 11, 70]")
        .hasMessageContaining("[71, 4]");
    assertThatThrownBy(() -> ShortConvolve.of(x, taps, bias).after(Tensor.zeros(2, 70, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 70, 4]")
        .hasMessageContaining("[2, 70, 3]");
    assertThatThrownBy(() -> ShortConvolve.of(x, taps, bias).within(Positions.range(0, 10)))
        .isInstanceOf(ShapeException.class);
    Weight three = weight("three", 3);
    assertThatThrownBy(() -> new TimeSteps(x, three, 0, 1)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> new FadeByTime(x, three)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> new SkipHeads(x, x, three)).isInstanceOf(ShapeException.class);
  }
}
