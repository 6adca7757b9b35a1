package dev.heed.bench.curves;

import dev.heed.attention.Source;
import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Map;

/// Linformer's two matrices, and their training by Adam, [Kingma and Ba
/// 2014](https://arxiv.org/abs/1412.6980), to the squared error of what attention gives.
final class Linformer {
  private static final int STEPS = 100;

  private static final double RATE = 0.001;

  private final Source source;
  private final Weight keys;
  private final Weight values;
  private final double[][] means = new double[2][];
  private final double[][] squares = new double[2][];

  /// With matrices as the paper draws them: normal numbers of variance `1 / rows`.
  Linformer(int rows) {

    source = Source.linformer(rows, Texts.LENGTH);
    keys = drawn("linformer_keys", rows, 0);
    values = drawn("linformer_values", rows, 1);
  }

  private static Weight drawn(String name, int rows, int stream) {
    CounterRandom random = CounterRandom.of(rows).stream(stream);
    float[] numbers = new float[rows * Texts.LENGTH];
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = (float) (random.normal(n) / Math.sqrt(rows));
    }
    return Weight.of(name, numbers, rows, Texts.LENGTH);
  }

  private Map<String, Operand> learned() {
    return Map.of("linformer_keys", keys, "linformer_values", values);
  }

  float[] result(Texts texts, Run run) {
    return Methods.attend(source, texts, learned(), run).toArray();
  }

  /// Trains on texts of a kind, which are other ones in every step. It begins with means of
  /// segments: what is drawn at random leads nowhere.
  void train(Texts.Kind kind, Run run) {
    segments(keys);
    segments(values);
    for (int step = 1; step <= STEPS; step++) {
      Texts texts = Texts.drawn(kind, step);
      float[] exact = Methods.exact(texts, run);
      Run taped = run.taped();
      Tensor made = Methods.attend(source, texts, learned(), taped);
      Tensor difference = Tensor.zeros(made.shape());
      for (int n = 0; n < exact.length; n++) {
        difference.array()[n] = (made.array()[made.offset() + n] - exact[n]) / exact.length;
      }
      Gradients gradients = Gradients.of(List.of(keys, values));
      taped.tape().orElseThrow().backward(made, difference, gradients, taped);
      double rate = RATE * (1 - (step - 1.0) / STEPS);
      update(0, keys, gradients.of(keys), new Step(step, rate));
      update(1, values, gradients.of(values), new Step(step, rate));
    }
  }

  private static void segments(Weight weight) {
    float[] numbers = weight.array().orElseThrow();
    int rows = weight.shape().axis(0);
    int each = Texts.LENGTH / rows;
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] = n % Texts.LENGTH / each == n / Texts.LENGTH ? 1f / each : 0;
    }
  }

  private record Step(int number, double rate) {}

  private void update(int which, Weight weight, Tensor gradient, Step step) {
    float[] numbers = weight.array().orElseThrow();
    if (step.number == 1) {
      means[which] = new double[numbers.length];
      squares[which] = new double[numbers.length];
    }
    double byMean = 1 - Math.pow(0.9, step.number);
    double bySquare = 1 - Math.pow(0.99, step.number);
    for (int n = 0; n < numbers.length; n++) {
      double slope = gradient.array()[gradient.offset() + n];
      means[which][n] = 0.9 * means[which][n] + 0.1 * slope;
      squares[which][n] = 0.99 * squares[which][n] + 0.01 * slope * slope;
      double size = Math.sqrt(squares[which][n] / bySquare) + 1e-12;
      numbers[n] -= (float) (step.rate * means[which][n] / byMean / size);
    }
  }
}
