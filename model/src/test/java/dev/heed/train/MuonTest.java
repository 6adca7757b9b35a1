package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.train.Parameter.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuonTest {
  private static final OptimizerSettings.AdamW REST =
      new OptimizerSettings.AdamW(1e-2, 0.9, 0.95, 1e-8, 0.3);
  private static final OptimizerSettings.Muon SETTINGS =
      new OptimizerSettings.Muon(0.05, 0.9, 0.2, REST);

  private final Random random = new Random(11);

  private float[] numbers(int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  private static Parameter parameter(String name, Role role, float[] numbers, int... shape) {
    return new Parameter(name, Weight.of(name, numbers, shape), role, 0);
  }

  private static void update(Optimizer optimizer, List<Tensor> gradients, int step, float scale) {
    try (Workers workers = Workers.of(2)) {
      Run run = Run.inference(Kernels.best(), workers);
      optimizer.update(gradients, new Optimizer.Step(step, 0.5, scale, run));
    }
  }

  @ParameterizedTest
  @CsvSource({"5, 9", "9, 5", "7, 7", "48, 17"})
  void update_matrixOverSteps_followsTheDefinition(int rows, int columns) {
    float[] weight = numbers(rows * columns);
    double[] expected = doubles(weight);
    double[] momentum = new double[weight.length];
    Optimizer optimizer =
        SETTINGS.create(List.of(parameter("m", Role.MATRIX, weight, rows, columns)));
    for (int step = 1; step <= 3; step++) {
      float[] gradient = numbers(weight.length);
      update(optimizer, List.of(Tensor.of(gradient, rows, columns)), step, 0.25f);
      define(expected, momentum, gradient, rows, columns);
    }
    for (int i = 0; i < weight.length; i++) {
      // three updates of 0.025 times numbers below 2, float products of five iterations
      assertThat((double) weight[i]).isCloseTo(expected[i], within(1e-6 + 1e-6 * rows));
    }
  }

  /// The step as the paper writes it, with a gradient of a quarter and a rate of 0.025.
  private static void define(
      double[] weight, double[] momentum, float[] gradient, int rows, int columns) {
    double[] x = new double[weight.length];
    double norm = 0;
    for (int i = 0; i < x.length; i++) {
      double g = 0.25 * gradient[i];
      momentum[i] = 0.9 * momentum[i] + 0.1 * g;
      x[i] = 0.1 * g + 0.9 * momentum[i];
      norm += x[i] * x[i];
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= Math.sqrt(norm);
    }
    for (int iteration = 0; iteration < 5; iteration++) {
      // X = a X + b (X Xᵀ) X + c (X Xᵀ)² X
      double[] once = timesGram(x, x, rows, columns);
      double[] twice = timesGram(x, once, rows, columns);
      for (int i = 0; i < x.length; i++) {
        x[i] = 3.4445 * x[i] - 4.775 * once[i] + 2.0315 * twice[i];
      }
    }
    double size = 0.025 * Math.sqrt(Math.max(1, (double) rows / columns));
    for (int i = 0; i < x.length; i++) {
      weight[i] = weight[i] * (1 - 0.025 * 0.2) - size * x[i];
    }
  }

  /// `X Xᵀ Y`.
  private static double[] timesGram(double[] x, double[] y, int rows, int columns) {
    double[] gram = new double[rows * rows];
    double[] result = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int s = 0; s < rows; s++) {
        for (int c = 0; c < columns; c++) {
          gram[r * rows + s] += x[r * columns + c] * x[s * columns + c];
        }
      }
    }
    for (int r = 0; r < rows; r++) {
      for (int s = 0; s < rows; s++) {
        for (int c = 0; c < columns; c++) {
          result[r * columns + c] += gram[r * rows + s] * y[s * columns + c];
        }
      }
    }
    return result;
  }

  private static double[] doubles(float[] numbers) {
    double[] doubles = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      doubles[i] = numbers[i];
    }
    return doubles;
  }

  @Test
  void update_tablesAndVectors_areLeftToAdamW() {
    List<Parameter> here = rest();
    List<Parameter> there = new ArrayList<>();
    for (Parameter parameter : here) {
      Weight weight = parameter.weight();
      float[] copy = parameter.numbers().clone();
      there.add(parameter(parameter.key(), parameter.role(), copy, weight.shape().toArray()));
    }
    List<Tensor> gradients =
        List.of(
            Tensor.of(numbers(12), 4, 3), Tensor.of(numbers(15), 5, 3), Tensor.of(numbers(5), 5));
    update(SETTINGS.create(here), gradients, 1, 1);
    update(REST.create(there), gradients, 1, 1);
    assertThat(here.get(0).numbers()).containsExactly(there.get(0).numbers());
    assertThat(here.get(2).numbers()).containsExactly(there.get(2).numbers());
    assertThat(here.get(1).numbers()).isNotEqualTo(there.get(1).numbers());
  }

  private List<Parameter> rest() {
    return List.of(
        parameter("table", Role.TABLE, numbers(12), 4, 3),
        parameter("matrix", Role.MATRIX, numbers(15), 5, 3),
        parameter("gain", Role.VECTOR, numbers(5), 5));
  }

  @Test
  void update_gradientOfZeros_leavesTheMatrixToDecay() {
    Parameter matrix = parameter("m", Role.MATRIX, new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    update(SETTINGS.create(List.of(matrix)), List.of(Tensor.zeros(2, 3)), 1, 1);
    assertThat(matrix.numbers())
        .containsExactly(new float[] {0.995f, 1.99f, 2.985f, 3.98f, 4.975f, 5.97f}, within(1e-6f));
  }

  @Test
  void adamW_vectorsAndTables_onlyTablesDecay() {
    List<Parameter> parameters = rest();
    float[] table = parameters.get(0).numbers().clone();
    float[] gain = parameters.get(2).numbers().clone();
    List<Tensor> none = List.of(Tensor.zeros(4, 3), Tensor.zeros(5, 3), Tensor.zeros(5));
    update(REST.create(parameters), none, 1, 1);
    assertThat(parameters.get(2).numbers()).containsExactly(gain);
    // rate 1e-2, half of it by the schedule, decay 0.3
    assertThat(parameters.get(0).numbers()[7]).isCloseTo(table[7] * (1 - 0.0015f), within(1e-6f));
  }
}
