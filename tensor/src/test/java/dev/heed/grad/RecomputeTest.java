package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecomputeTest {
  private static final int LENGTH = 30;
  private static final int WIDTH = 24;
  private static final int BLOCKS = 5;
  private static final Run RUN =
      Run.inference(Kernels.best(), Workers.of(2)).training(CounterRandom.of(9));

  private final Random random = new Random(5);
  private final Weight gain = weight("gain", WIDTH);
  private final Weight up = weight("up", 4 * WIDTH, WIDTH);
  private final Weight down = weight("down", WIDTH, 4 * WIDTH);
  private final List<Weight> weights = List.of(gain, up, down);
  private final Tensor input = Tensor.of(numbers(2 * LENGTH * WIDTH), 2, LENGTH, WIDTH);

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

  private Tensor block(Tensor x, Run run) {
    Tensor normed = run.apply(new RmsNormalize(x, gain, 1e-5f));
    Tensor wide = run.apply(new Project(normed, up, Optional.empty()));
    Tensor active = run.apply(new Activate(wide, Activation.SILU));
    Tensor narrow = run.apply(new Project(active, down, Optional.empty()));
    return run.apply(new Add(x, Dropout.apply(narrow, 0.25f, run)));
  }

  private Tensor model(Run run) {
    Tensor x = input;
    for (int n = 0; n < BLOCKS; n++) {
      x = run.applyBlock(x, this::block);
      x = Dropout.apply(x, 0.1f, run);
    }
    return x;
  }

  private Gradients backward(Run run, Gradients gradients) {
    Tensor y = model(run);
    Tensor dy = Tensor.zeros(y.shape());
    for (int i = 0; i < dy.size(); i++) {
      dy.array()[i] = i % 7 - 3;
    }
    run.tape().orElseThrow().backward(y, dy, gradients, run);
    return gradients;
  }

  @Test
  void backward_recomputing_givesTheSameBits() {
    Gradients expected = backward(RUN.afresh().taped(), new Gradients());
    Gradients kept = backward(RUN.afresh().recomputing().taped(), new Gradients());
    TapeMemory memory = new TapeMemory();
    Gradients pooled = Gradients.of(weights);
    for (int step = 0; step < 2; step++) {
      pooled.clear();
      backward(RUN.afresh().recomputing().taped(memory), pooled);
    }

    assertThat(kept.find(input).orElseThrow().toArray())
        .isEqualTo(expected.find(input).orElseThrow().toArray());
    for (Weight weight : weights) {
      float[] numbers = expected.find(weight).orElseThrow().toArray();
      assertThat(kept.find(weight).orElseThrow().toArray()).isEqualTo(numbers);
      assertThat(pooled.find(weight).orElseThrow().toArray()).isEqualTo(numbers);
    }
  }

  @Test
  void forward_recomputing_takesTheMemoryOfOneBlock() {
    TapeMemory memory = new TapeMemory();
    backward(RUN.afresh().taped(memory), Gradients.of(weights));
    TapeMemory less = new TapeMemory();
    backward(RUN.afresh().recomputing().taped(less), Gradients.of(weights));

    // of 12 results of [2, T, D] in a block one stays, beside one of the dropout after it
    long result = 4L * 2 * LENGTH * WIDTH;
    assertThat(memory.held() - less.held()).isGreaterThan((BLOCKS - 1) * 8 * result);
  }

  @Test
  void apply_withoutATape_isTheBlockItself() {
    Tensor y = RUN.afresh().recomputing().applyBlock(input, this::block);
    assertThat(y.toArray()).isEqualTo(block(input, RUN.afresh()).toArray());
  }

  @Test
  void backward_tensorReadFromOutside_getsItsGradient() {
    Tensor outside = Tensor.of(numbers(input.size()), 2, LENGTH, WIDTH);
    GradCheck.Result result =
        new GradCheck(RUN)
            .check(
                List.of(input, outside),
                run -> {
                  Tensor scaled = run.apply(new Scale(outside, 2));
                  return Recompute.apply(
                      input,
                      (x, inner) ->
                          inner.apply(new Multiply(Dropout.apply(x, 0.5f, inner), scaled)),
                      run);
                });
    result.orElseThrow();
  }
}
