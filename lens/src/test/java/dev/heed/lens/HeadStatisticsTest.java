package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HeadStatisticsTest {
  @Test
  void of_uniformCausalRows_hasEntropyRatioOne() {
    Pattern uniform =
        Pattern.of(
            new float[] {1},
            new float[] {.5f, .5f},
            new float[] {1 / 3f, 1 / 3f, 1 / 3f},
            new float[] {.25f, .25f, .25f, .25f});

    HeadStatistics statistics = HeadStatistics.of(uniform);

    assertThat(statistics.queries()).isEqualTo(3);
    assertThat(statistics.entropyRatio()).isEqualTo(1, within(1e-7));
    assertThat(statistics.span()).isEqualTo((2 + 3 + 4) / 3.0, within(1e-6));
    assertThat(statistics.max()).isEqualTo((1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 3, within(1e-7));
    assertThat(statistics.sink()).isEqualTo((1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 3, within(1e-7));
    assertThat(statistics.distance()).isEqualTo((.5 + 1 + 1.5) / 3, within(1e-6));
  }

  @Test
  void of_oneKeyOfMany_hasNoEntropy() {
    Pattern previous =
        Pattern.of(new float[] {1, 0, 0}, new float[] {1, 0, 0}, new float[] {0, 1, 0});

    HeadStatistics statistics = HeadStatistics.of(previous);

    assertThat(statistics.entropyRatio()).isZero();
    assertThat(statistics.focus()).isEqualTo(1);
    assertThat(statistics.span()).isEqualTo(1);
    assertThat(statistics.sink()).isEqualTo(.5);
    assertThat(statistics.distance()).isEqualTo(2 / 3.0, within(1e-12));
  }

  @Test
  void sum_inWindows_isMeanOverAllQueries() {
    Pattern first = Pattern.of(new float[] {.5f, .5f});
    Pattern second = Pattern.of(new float[] {1, 0, 0}, new float[] {0, 0, 1});
    HeadStatistics.Sum sum = new HeadStatistics.Sum();

    sum.add(first);
    sum.add(second);

    assertThat(sum.mean().queries()).isEqualTo(3);
    assertThat(sum.mean().max()).isEqualTo(2.5 / 3, within(1e-12));
    assertThat(sum.mean().entropyRatio()).isEqualTo(1 / 3.0, within(1e-12));
  }

  @Test
  void of_rowsThatDoNotAddUp_isOfTheWeightThatGoesSomewhere() {
    // a sink took four fifths of the second row: what is left is spread evenly
    HeadStatistics statistics =
        HeadStatistics.of(Pattern.of(new float[] {1}, new float[] {.1f, .1f}));
    assertThat(statistics.entropyRatio()).isEqualTo(1, within(1e-6));
    assertThat(statistics.span()).isEqualTo(2, within(1e-6));
    assertThat(statistics.distance()).isEqualTo(.5, within(1e-6));
    assertThat(statistics.max()).isEqualTo(.1, within(1e-6));
    assertThat(statistics.sink()).isEqualTo(.1, within(1e-6));
  }

  @Test
  void of_lastRowsOfATextAlone_countsFromWhereTheyStand() {
    HeadStatistics statistics = HeadStatistics.of(Pattern.of(new float[] {.4f, .3f, .2f, .1f}));
    assertThat(statistics.distance()).isEqualTo(3 * .4 + 2 * .3 + .2, within(1e-6));
    assertThat(statistics.sink()).isEqualTo(.4, within(1e-6));
    HeadDetector others =
        new HeadDetector(
            HeadDetector.Measure.MUL, java.util.Set.of(HeadDetector.Exclusion.CURRENT));
    double share = others.score(Pattern.of(new float[] {.4f, .3f, .2f, .1f}), (_, key) -> key == 2);
    assertThat(share).isEqualTo(.2 / .9, within(1e-6));
  }
}
