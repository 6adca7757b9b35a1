package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import org.junit.jupiter.api.Test;

class DropoutTest {
  private static final CounterRandom RANDOM = CounterRandom.of(42);

  private static Run run(int threads) {
    return Run.inference(Kernels.best(), Workers.of(threads));
  }

  private static Tensor ones(int... shape) {
    Tensor x = Tensor.zeros(shape);
    x.fill(1);
    return x;
  }

  @Test
  void apply_runThatDoesNotTrain_isTheInputItself() {
    Tensor x = ones(3, 5);
    assertThat(Dropout.apply(x, 0.5f, run(1))).isSameAs(x);
    assertThat(Dropout.apply(x, 0, run(1).training(RANDOM))).isSameAs(x);
    assertThat(run(1).trains()).isFalse();
    assertThat(run(1).training(RANDOM).trains()).isTrue();
  }

  @Test
  void forward_manyNumbers_keepsTheirShareAndTheirSum() {
    Tensor x = ones(300, 701);
    Tensor y = Dropout.apply(x, 0.25f, run(2).training(RANDOM));
    int zeros = 0;
    for (int i = 0; i < y.size(); i++) {
      float number = y.array()[y.offset() + i];
      boolean kept = RANDOM.stream(0).uniform(i) >= 0.25f;
      assertThat(number).isEqualTo(kept ? 4f / 3 : 0);
      zeros += kept ? 0 : 1;
    }
    // 4 standard deviations of a binomial of 210,300
    assertThat(zeros / (double) y.size()).isCloseTo(0.25, within(4 * Math.sqrt(0.1875 / y.size())));
  }

  @Test
  void backward_sameBits_dropsWhatTheForwardDropped() {
    Tensor x = ones(7, 33);
    Run run = run(2).training(RANDOM).taped();
    Tensor y = Dropout.apply(x, 0.5f, run);
    Gradients gradients = run.tape().orElseThrow().backward(y, ones(7, 33), run);

    assertThat(gradients.find(x).orElseThrow().toArray()).isEqualTo(y.toArray());
  }

  @Test
  void draw_nextOperation_getsAStreamOfItsOwn() {
    Run run = run(1).training(RANDOM);
    assertThat(run.draw()).contains(RANDOM.stream(0));
    assertThat(run.taped().draw()).contains(RANDOM.stream(1));
    assertThat(run(1).draw()).isEmpty();
  }

  @Test
  void apply_probabilityOfOne_namesWhatFits() {
    assertThatThrownBy(() -> Dropout.apply(ones(2, 3), 1, run(1)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("probability 1.0");
  }
}
