package dev.heed.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CrossEntropyTest {
  private static final int BATCH = 2;
  private static final int LENGTH = 3;
  private static final int VOCABULARY = 37;
  private static final Tokens TARGETS = new Tokens(new int[] {5, 36, -1, 0, 17, -100}, 2, 3);
  private static final CrossEntropy.Settings BOTH = new CrossEntropy.Settings(0.1f, 1e-2f);

  private static Run run(int threads) {
    return Run.inference(Kernels.best(), Workers.of(threads));
  }

  private static Tensor logits() {
    Random random = new Random(3);
    Tensor x = Tensor.zeros(BATCH, LENGTH, VOCABULARY);
    for (int i = 0; i < x.size(); i++) {
      x.array()[i] = (float) (3 * random.nextGaussian());
    }
    return x;
  }

  private static double definition(Tensor x, CrossEntropy.Settings settings) {
    double sum = 0;
    int counted = 0;
    for (int row = 0; row < TARGETS.ids().length; row++) {
      int target = TARGETS.ids()[row];
      if (target < 0) {
        continue;
      }
      counted++;
      double powers = 0;
      for (int c = 0; c < VOCABULARY; c++) {
        powers += Math.exp(x.array()[row * VOCABULARY + c]);
      }
      double logSum = Math.log(powers);
      for (int c = 0; c < VOCABULARY; c++) {
        double share =
            settings.smoothing() / VOCABULARY + (c == target ? 1 - settings.smoothing() : 0);
        sum -= share * (x.array()[row * VOCABULARY + c] - logSum);
      }
      sum += settings.zLoss() * logSum * logSum;
    }
    return sum / counted;
  }

  @Test
  void forward_twoTokens_isTheLogOfTheirOdds() {
    Tensor x = Tensor.of(new float[] {0, (float) Math.log(3)}, 1, 1, 2);
    Tensor loss = run(1).apply(new CrossEntropy(x, Tokens.of(1)));

    assertThat(loss.at(0)).isCloseTo((float) Math.log(4.0 / 3), within(1e-6f));
  }

  @Test
  void forward_smoothingAndZLoss_equalsTheDefinition() {
    Tensor x = logits();
    for (CrossEntropy.Settings settings : List.of(CrossEntropy.Settings.PLAIN, BOTH)) {
      float loss = run(2).apply(new CrossEntropy(x, TARGETS, settings)).at(0);

      assertThat((double) loss).isCloseTo(definition(x, settings), within(1e-5));
    }
  }

  @Test
  void backward_memoryAndOneReader_writesTheSameGradientOverTheLogits() {
    Weight w = Weight.of("w", logits().array(), BATCH * LENGTH * VOCABULARY / 6, 6);
    Tensor x =
        Tensor.of(
            new float[] {
              1, -2, 3, 4, -5, 6, 7, 8, -9, 1, 1, 2, 2, 3, 4, -1, 0, 1, 3, 1, 4, 1, 5, 9, 2, 6, 5,
              3, 5, 8, 9, 7, 9, 3, 2, 3
            },
            BATCH,
            LENGTH,
            6);
    Run kept = run(1).taped();
    Gradients all = new Gradients();
    Tensor loss = kept.apply(new CrossEntropy(project(x, w, kept), TARGETS, BOTH));
    kept.tape().orElseThrow().backward(loss, all, kept);

    TapeMemory memory = new TapeMemory();
    Run pooled = run(2).taped(memory);
    Gradients trained = Gradients.of(List.of(w));
    Tensor logits = project(x, w, pooled);
    Tensor again = pooled.apply(new CrossEntropy(logits, TARGETS, BOTH));
    assertThat(again.at(0)).isEqualTo(loss.at(0));
    long before = memory.held();
    pooled.tape().orElseThrow().backward(again, trained, pooled);

    assertThat(trained.find(w).orElseThrow().toArray())
        .isEqualTo(all.find(w).orElseThrow().toArray());
    assertThat(memory.held() - before).as("bytes of gradients").isLessThan(4L * logits.size());
  }

  private static Tensor project(Tensor x, Weight w, Run run) {
    return run.apply(new Project(x, w, Optional.empty()));
  }

  @Test
  void operation_badTargets_nameWhatFits() {
    Tensor x = logits();
    assertThatThrownBy(() -> new CrossEntropy(x, new Tokens(new int[] {0, 1, 2, 3, 37, 5}, 2, 3)))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("target 37 of row 4")
        .hasMessageContaining("up to 36");
    assertThatThrownBy(() -> new CrossEntropy(x, Tokens.of(1, 2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("[2, 3, 37]")
        .hasMessageContaining("[1, 2]");
    Tokens nothing = new Tokens(new int[] {-1, -1, -1, -1, -1, -1}, 2, 3);
    assertThatThrownBy(() -> new CrossEntropy(x, nothing))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("all 6 targets");
    assertThatThrownBy(() -> new CrossEntropy.Settings(1, 0)).hasMessageContaining("smoothing 1.0");
  }
}
