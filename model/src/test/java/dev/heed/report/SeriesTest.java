package dev.heed.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SeriesTest {
  @Test
  void smoothed_line_staysALine() {
    double[] x = IntStream.range(0, 50).asDoubleStream().toArray();
    Series smooth = new Series(x, x).smoothed(3);

    for (int i = 0; i < 46; i++) {
      assertThat(smooth.y()[i]).isEqualTo(i);
    }
    // at the end only what is there: the mean of 46, 47, 48 and 49
    assertThat(smooth.last()).isEqualTo(47.5);
  }

  @Test
  void thinned_manyPoints_areMeansUpToTheLastStep() {
    Series thin =
        new Series(new double[] {1, 2, 3, 4, 5}, new double[] {1, 3, 10, 20, 30}).thinned(2);

    assertThat(thin.x()).containsExactly(1.5, 5);
    assertThat(thin.y()).containsExactly(2, 20);
  }

  @Test
  void lowest_several_isTheFirst() {
    assertThat(new Series(new double[] {1, 2, 3, 4}, new double[] {5, 2, 3, 2}).lowest())
        .isEqualTo(1);
  }
}
