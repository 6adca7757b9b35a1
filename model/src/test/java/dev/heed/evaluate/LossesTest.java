package dev.heed.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.heed.evaluate.Losses.Interval;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class LossesTest {
  @Test
  void mean_windowsOfDifferentLengths_weighsByTokens() {
    Losses losses = new Losses(new double[] {6, 1}, new int[] {3, 2});

    assertThat(losses.count()).isEqualTo(5);
    assertThat(losses.mean()).isEqualTo(1.4);
    assertThat(losses.perplexity()).isCloseTo(4.0552, within(1e-4));
    // 7 nats are 10.0989 bits
    assertThat(losses.bitsPerByte(20)).isCloseTo(0.504943, within(1e-6));
  }

  @Test
  void interval_windowsAlike_isThePoint() {
    Losses losses = new Losses(new double[] {4, 4, 2}, new int[] {2, 2, 1});

    Interval interval = losses.interval(CounterRandom.of(3)).orElseThrow();
    assertThat(interval.low()).isCloseTo(2, within(1e-12));
    assertThat(interval.high()).isCloseTo(2, within(1e-12));
  }

  // 400 windows of independent losses with mean 2 and deviation 0.5: the mean of the sample has the
  // deviation 0.5 / 20 = 0.025, so the interval reaches 1.96 * 0.025 = 0.049 to each side; the
  // estimate of a deviation from 100 blocks is right within 7 %, three times that is asked for
  @Test
  void interval_independentWindows_isThatOfTheNormalApproximation() {
    CounterRandom random = CounterRandom.of(9);
    double[] sums = new double[400];
    Arrays.setAll(sums, i -> 10 * (2 + 0.5 * random.normal(i)));
    int[] targets = new int[400];
    Arrays.fill(targets, 10);
    Losses losses = new Losses(sums, targets);

    Interval interval = losses.interval(CounterRandom.of(3)).orElseThrow();

    assertThat(losses.mean() - interval.low()).isCloseTo(0.049, within(0.25 * 0.049));
    assertThat(interval.high() - losses.mean()).isCloseTo(0.049, within(0.25 * 0.049));
    assertThat(losses.interval(CounterRandom.of(3))).hasValue(interval);
  }

  @Test
  void interval_oneWindow_isEmpty() {
    assertThat(new Losses(new double[] {4}, new int[] {2}).interval(CounterRandom.of(3))).isEmpty();
  }

  @Test
  void losses_notANumber_areRefused() {
    assertThatThrownBy(() -> new Losses(new double[] {4, Double.NaN}, new int[] {2, 2}))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("window 1 is NaN");
  }
}
