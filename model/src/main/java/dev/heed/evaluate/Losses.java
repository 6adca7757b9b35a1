package dev.heed.evaluate;

import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import java.util.Arrays;
import java.util.Optional;

/// What a model lost on consecutive windows of a text, in nats.
///
/// @param sums of each window
/// @param targets how many tokens each window had to foresee
@SuppressWarnings("ArrayRecordComponent")
public record Losses(double[] sums, int[] targets) {
  private static final int BLOCKS = 100;
  private static final int RESAMPLES = 2000;
  private static final double OUTSIDE = 0.025;

  public Losses {
    for (int w = 0; w < sums.length; w++) {
      if (!Double.isFinite(sums[w])) {
        throw new HeedException(
            "evaluate: the loss of window %d is %s; a model whose weights and logits are finite would fit"
                .formatted(w, sums[w]));
      }
    }
  }

  /// A range of losses.
  public record Interval(double low, double high) {}

  /// How many tokens there were to foresee.
  public long count() {
    return Arrays.stream(targets).asLongStream().sum();
  }

  /// The loss of the whole text.
  public double total() {
    return Arrays.stream(sums).sum();
  }

  /// Nats a token.
  public double mean() {
    return total() / count();
  }

  /// `e` to the mean: among how many equally probable tokens the model might as well have guessed.
  public double perplexity() {
    return Math.exp(mean());
  }

  /// Bits a byte of a text of so many bytes.
  public double bitsPerByte(long bytes) {
    return total() / Math.log(2) / bytes;
  }

  /// Where the mean lies in 95 of 100 texts like this one, by a block bootstrap ([Künsch
  /// 1989](https://doi.org/10.1214/aos/1176347265); blocks here do not overlap): consecutive
  /// windows, joined to 100 blocks where there are more, are drawn with replacement. Empty for a
  /// single window.
  public Optional<Interval> interval(CounterRandom random) {
    int blocks = Math.min(BLOCKS, sums.length);
    if (blocks < 2) {
      return Optional.empty();
    }
    double[] blockSums = new double[blocks];
    long[] blockTargets = new long[blocks];
    for (int w = 0; w < sums.length; w++) {
      int block = (int) ((long) w * blocks / sums.length);
      blockSums[block] += sums[w];
      blockTargets[block] += targets[w];
    }
    double[] means = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      CounterRandom drawn = random.stream(r);
      double sum = 0;
      long count = 0;
      for (int i = 0; i < blocks; i++) {
        int block = drawn.below(blocks, i);
        sum += blockSums[block];
        count += blockTargets[block];
      }
      means[r] = sum / count;
    }
    Arrays.sort(means);
    int outside = (int) (RESAMPLES * OUTSIDE);
    return Optional.of(new Interval(means[outside], means[RESAMPLES - 1 - outside]));
  }
}
