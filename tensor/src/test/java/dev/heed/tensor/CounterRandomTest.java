package dev.heed.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  private static final int DRAWS = 1 << 20;

  @Test
  void bits_sameSeedStreamAndIndex_areTheSameWheneverDrawn() {
    CounterRandom late = CounterRandom.of(7).stream(3);
    int expected = CounterRandom.of(7).stream(3).bits(99);

    late.bits(5);

    assertThat(late.bits(99)).isEqualTo(expected);
  }

  @Test
  void bits_changedSeedOrStream_flipHalfOfThemOnAverage() {
    CounterRandom base = CounterRandom.of(42).stream(5);

    // 2^20 pairs of 32 bits: standard deviation of the mean share is 0.5 / sqrt(2^25) = 8.6e-5
    assertThat(difference(base, CounterRandom.of(43).stream(5))).isCloseTo(0.5, within(5e-4));
    assertThat(difference(base, CounterRandom.of(42).stream(6))).isCloseTo(0.5, within(5e-4));
    assertThat(difference(base, CounterRandom.of(42 + (1L << 32)).stream(5)))
        .isCloseTo(0.5, within(5e-4));
    assertThat(difference(base, CounterRandom.of(42).stream(5 + (1L << 32))))
        .isCloseTo(0.5, within(5e-4));
  }

  private static double difference(CounterRandom a, CounterRandom b) {
    long bits = 0;
    for (int n = 0; n < DRAWS; n++) {
      bits += Integer.bitCount(a.bits(n) ^ b.bits(n));
    }
    return bits / (32.0 * DRAWS);
  }

  @Test
  void bits_neighbouringIndices_areNotCorrelated() {
    CounterRandom random = CounterRandom.of(1);
    double product = 0;
    for (int n = 0; n < DRAWS; n++) {
      product += (random.uniform(n) - 0.5) * (random.uniform(n + 1) - 0.5);
    }

    // a product of two independent uniforms has deviation 1/12
    assertThat(product / DRAWS).isCloseTo(0, within(5 / 12.0 / Math.sqrt(DRAWS)));
  }

  @Test
  void uniform_manyDraws_fillTheUnitIntervalEvenly() {
    CounterRandom random = CounterRandom.of(-1).stream(2);
    int[] counts = new int[16];
    for (int n = 0; n < DRAWS; n++) {
      counts[(int) (random.uniform(n) * 16)]++;
    }

    double deviation = Math.sqrt(DRAWS / 16.0 * (15 / 16.0));
    for (int count : counts) {
      assertThat((double) count).isCloseTo(DRAWS / 16.0, within(5 * deviation));
    }
  }

  @Test
  void below_manyDraws_areEvenlyAllNumbersBelowTheBound() {
    CounterRandom random = CounterRandom.of(11);
    int[] counts = new int[7];
    for (int n = 0; n < 70_000; n++) {
      counts[random.below(7, n)]++;
    }

    for (int count : counts) {
      assertThat((double) count).isCloseTo(10_000, within(5 * 93.0));
    }
  }

  @Test
  void below_boundOfNothing_namesIt() {
    assertThatThrownBy(() -> CounterRandom.of(1).below(0, 3))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("below 0");
  }

  @Test
  void normal_manyDraws_haveMeanVarianceAndTailsOfTheDistribution() {
    CounterRandom random = CounterRandom.of(5);
    double sum = 0;
    double squares = 0;
    int beyondTwo = 0;
    for (int n = 0; n < DRAWS; n++) {
      double x = random.normal(n);
      sum += x;
      squares += x * x;
      beyondTwo += Math.abs(x) > 2 ? 1 : 0;
    }

    assertThat(sum / DRAWS).isCloseTo(0, within(5e-3));
    assertThat(squares / DRAWS).isCloseTo(1, within(7e-3));
    assertThat(beyondTwo / (double) DRAWS).isCloseTo(0.0455, within(1e-3));
  }

  @Test
  void stream_manyNumbers_giveKeysOfTheirOwn() {
    Set<CounterRandom> streams = new HashSet<>();
    for (int n = 0; n < 100_000; n++) {
      streams.add(CounterRandom.of(9).stream(n));
    }

    assertThat(streams).hasSize(100_000);
  }
}
