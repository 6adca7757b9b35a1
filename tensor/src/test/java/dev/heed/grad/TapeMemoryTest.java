package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.testing.Allocation;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TapeMemoryTest {
  private static final int ROWS = 50;
  private static final int WIDTH = 64;
  private static final int LABELS = 37;
  private static final Workers WORKERS = Workers.of(1);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);

  private final Random random = new Random(5);
  private final Weight up = weight("up", 2 * WIDTH, WIDTH);
  private final Weight shift = weight("shift", 2 * WIDTH);
  private final Weight down = weight("down", WIDTH, 2 * WIDTH);
  private final Weight gain = weight("gain", WIDTH);
  private final Weight bias = weight("bias", WIDTH);
  private final Weight head = weight("head", LABELS, WIDTH);
  private final List<Weight> weights = List.of(up, shift, down, gain, bias, head);
  private final Tensor input = Tensor.of(numbers(2 * ROWS * WIDTH), 2, ROWS, WIDTH);
  private final Tokens targets = targets();

  private Weight weight(String name, int... shape) {
    int size = java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return Weight.of(name, numbers(size), shape);
  }

  private float[] numbers(int size) {
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = (float) (0.3 * random.nextGaussian());
    }
    return numbers;
  }

  private Tokens targets() {
    return new Tokens(random.ints(2 * ROWS, 0, LABELS).toArray(), 2, ROWS);
  }

  /// Two residual blocks and a loss, with everything that shares or takes over memory.
  private Tensor loss(Run run) {
    Tensor x = input;
    for (int block = 0; block < 2; block++) {
      Tensor normed = run.apply(new LayerNormalize(x, gain, bias, 1e-5f));
      Tensor wide = run.apply(new Project(normed, up, Optional.of(shift)));
      Tensor active = run.apply(new Activate(wide, Activation.GELU_TANH));
      Tensor narrow = run.apply(new Project(active, down, Optional.empty()));
      x = run.apply(new Add(x, Dropout.apply(narrow, 0.25f, run)));
    }
    Tensor logits = run.apply(new Project(x, head, Optional.empty()));
    return run.apply(new CrossEntropy(logits, targets));
  }

  private float step(TapeMemory memory, Gradients gradients) {
    Run run = RUN.training(CounterRandom.of(9)).taped(memory);
    Tensor loss = loss(run);
    float value = loss.at(0);
    run.tape().orElseThrow().backward(loss, gradients, run);
    return value;
  }

  @Test
  void backward_pooledMemory_givesTheBitsOfATapeThatKeepsEverything() {
    Run run = RUN.training(CounterRandom.of(9)).taped();
    Gradients expected = new Gradients();
    run.tape().orElseThrow().backward(loss(run), expected, run);

    TapeMemory memory = new TapeMemory();
    Gradients gradients = Gradients.of(weights);
    for (int step = 0; step < 3; step++) {
      gradients.clear();
      step(memory, gradients);
      for (Weight weight : weights) {
        assertThat(gradients.find(weight).orElseThrow().toArray())
            .as("gradient of %s in step %d", weight.name(), step)
            .isEqualTo(expected.find(weight).orElseThrow().toArray());
      }
    }
  }

  @Test
  void backward_twoSteps_addUpUntilCleared() {
    TapeMemory memory = new TapeMemory();
    Gradients once = Gradients.of(weights);
    step(memory, once);
    Gradients twice = Gradients.of(weights);
    step(memory, twice);
    step(memory, twice);
    for (Weight weight : weights) {
      float[] doubled = once.find(weight).orElseThrow().toArray();
      for (int i = 0; i < doubled.length; i++) {
        doubled[i] *= 2;
      }
      assertThat(twice.find(weight).orElseThrow().toArray())
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(doubled);
    }
    twice.clear();
    for (Weight weight : weights) {
      assertThat(twice.find(weight).orElseThrow().toArray()).containsOnly(0);
    }
  }

  @Test
  void backward_onlySomeTrained_leavesTheOthersAlone() {
    TapeMemory memory = new TapeMemory();
    Gradients all = Gradients.of(weights);
    step(memory, all);
    Gradients some = Gradients.of(List.of(head));
    step(memory, some);

    assertThat(some.wants(up)).isFalse();
    assertThat(some.find(up)).isEmpty();
    assertThat(some.find(head).orElseThrow().toArray())
        .isEqualTo(all.find(head).orElseThrow().toArray());
  }

  @Tag("allocation")
  @Test
  void step_sameShapes_allocatesNoArray() {
    TapeMemory memory = new TapeMemory();
    Gradients gradients = Gradients.of(weights);
    step(memory, gradients);
    long held = memory.held();
    // the results and their gradients take 700,000 bytes
    long bytes = Allocation.leastBytes(150_000, () -> step(memory, gradients));

    assertThat(bytes).as("bytes a step").isLessThanOrEqualTo(150_000);
    assertThat(memory.held()).isEqualTo(held);
  }

  @Test
  void backward_secondTime_saysThatTheMemoryWasGivenBack() {
    Run run = RUN.taped(new TapeMemory());
    Gradients gradients = Gradients.of(weights);
    Tensor loss = loss(run);
    run.tape().orElseThrow().backward(loss, gradients, run);
    assertThatThrownBy(() -> run.tape().orElseThrow().backward(loss, gradients, run))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("record again");
  }

  @Test
  void backward_nothingTrained_saysSo() {
    Run run = RUN.taped();
    Tensor loss = loss(run);
    assertThatThrownBy(() -> run.tape().orElseThrow().backward(loss, Gradients.of(List.of()), run))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("no gradient is wanted");
  }

  @Test
  void held_shorterTextsAfterALongOne_fallsToWhatTheyNeed() {
    TapeMemory memory = new TapeMemory();
    scaled(memory, 4000);
    long needed = scaled(memory, 4000);
    assertThat(needed).isGreaterThanOrEqualTo(4L * 3 * 4000);

    for (int i = 0; i < 10; i++) {
      scaled(memory, 20);
    }

    assertThat(memory.held()).isLessThan(needed / 20);
  }

  /// Two results and a gradient of `length` numbers; returns the bytes held.
  private static long scaled(TapeMemory memory, int length) {
    Run run = RUN.taped(memory);
    Tensor once = run.apply(new Scale(Tensor.zeros(length), 3));
    Tensor twice = run.apply(new Scale(once, 5));
    run.tape().orElseThrow().backward(twice, Tensor.zeros(length), new Gradients(), run);
    return memory.held();
  }
}
