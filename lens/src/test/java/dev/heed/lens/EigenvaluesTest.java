package dev.heed.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.tensor.CounterRandom;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EigenvaluesTest {
  /// Pairs of real and imaginary part, by these.
  private static double[][] sorted(double[][] matrix) {
    double[][] values = Eigenvalues.of(matrix);
    double[][] pairs = new double[matrix.length][];
    Arrays.setAll(pairs, i -> new double[] {values[0][i], values[1][i]});
    Arrays.sort(
        pairs,
        Comparator.<double[]>comparingDouble(pair -> Math.round(pair[0] * 1e6))
            .thenComparingDouble(pair -> pair[1]));
    return pairs;
  }

  @Test
  void of_matrix_isWhatNumpyGives() {
    double[][] matrix = {
      {1, 2, 0, -1, 3}, {4, -2, 1, 0, 1}, {0, 5, 3, -2, 2}, {1, 1, -4, 2, 0}, {-3, 0, 2, 1, -1}
    };
    // numpy.linalg.eigvals
    double[][] expected = {
      {-4.7793653, 0},
      {-0.16719109, -2.76370644},
      {-0.16719109, 2.76370644},
      {2, 0},
      {6.11374748, 0}
    };
    double[][] values = sorted(matrix);
    for (int i = 0; i < expected.length; i++) {
      assertThat(values[i]).containsExactly(expected[i], within(1e-7));
    }
  }

  @Test
  void of_aTurn_isAPair() {
    double[][] values = sorted(new double[][] {{0, -1, 0}, {1, 0, 0}, {0, 0, 2}});
    assertThat(values[0]).containsExactly(new double[] {0, -1}, within(1e-12));
    assertThat(values[1]).containsExactly(new double[] {0, 1}, within(1e-12));
    assertThat(values[2]).containsExactly(new double[] {2, 0}, within(1e-12));
    // a cycle, on which steps without a shift would not come to rest
    double[][] cycle = sorted(new double[][] {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}});
    assertThat(cycle[2]).containsExactly(new double[] {1, 0}, within(1e-12));
    assertThat(Eigenvalues.of(new double[3][3])[0]).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 40})
  void of_random_hasTheTraceOfEachPower(int size) {
    CounterRandom random = CounterRandom.of(size);
    double[][] matrix = new double[size][size];
    for (int i = 0; i < size * size; i++) {
      matrix[i / size][i % size] = random.normal(i);
    }
    double[][] values = Eigenvalues.of(matrix);
    double trace = 0;
    double square = 0;
    for (int i = 0; i < size; i++) {
      trace += matrix[i][i];
      for (int j = 0; j < size; j++) {
        square += matrix[i][j] * matrix[j][i];
      }
    }
    double sum = 0;
    double squares = 0;
    double imaginary = 0;
    for (int i = 0; i < size; i++) {
      sum += values[0][i];
      imaginary += values[1][i];
      squares += values[0][i] * values[0][i] - values[1][i] * values[1][i];
    }
    assertThat(sum).isEqualTo(trace, within(1e-9 * size));
    assertThat(imaginary).isEqualTo(0, within(1e-9 * size));
    assertThat(squares).isEqualTo(square, within(1e-8 * size));
  }
}
