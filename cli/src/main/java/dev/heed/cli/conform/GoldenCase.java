package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionMaps;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.Decode;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.InputGradients;
import dev.heed.attention.Observer;
import dev.heed.attention.Observers;
import dev.heed.attention.OutputGradients;
import dev.heed.attention.Parameters;
import dev.heed.attention.Statistics;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.cli.conform.Comparison.Tolerance;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// A call of `golden/attention`: the attention in the header as `spec`, inputs, results, gradients
/// of the results (`g.*`) and of the inputs (`d.*`).
final class GoldenCase {
  static final String SPEC = "spec";
  private static final Tolerance RESULTS = new Tolerance(1e-5, 1e-4);
  private static final Tolerance GRADIENTS = new Tolerance(1e-4, 1e-3);

  private final Tensors tensors;
  private final Attention attention;
  private final AttentionInput input;
  private final Run run;
  private final List<Check> checks = new ArrayList<>();

  GoldenCase(Tensors tensors, String spec, Run run) {
    this.tensors = tensors;
    this.attention = AttentionTensors.attention(spec, tensors);
    this.input = AttentionTensors.input(attention, tensors);
    this.run = run;
  }

  /// Compares all that each executor computes.
  List<Check> checks() {
    List<String> refused = new ArrayList<>();
    for (Executor executor : Results.EXECUTORS) {
      attempt(() -> forward(executor), refused);
      attempt(() -> observe(executor), refused);
      if (!(executor instanceof Decode)) {
        attempt(() -> backward(executor), refused);
      }
    }
    attempt(this::maps, refused);
    if (checks.isEmpty()) {
      throw new UnsupportedCase(refused.getFirst());
    }
    return checks;
  }

  private static void attempt(Runnable comparison, List<String> refused) {
    try {
      comparison.run();
    } catch (UnsupportedCombinationException e) {
      refused.add(e.getMessage());
    }
  }

  private void forward(Executor executor) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth());
    out.fill(Float.NaN);
    executor.forward(attention, input, HeadView.of(out), run);
    compare("out", Results.name(executor), out.toArray(), RESULTS);
  }

  private void observe(Executor executor) {
    Observer entropy = Observer.entropy();
    Observer coverage = Observer.coverage();
    Statistics statistics =
        attention.observe(input, Observers.of(entropy, coverage), executor, run);
    compare("entropy", Results.name(executor), statistics.of(entropy).toArray(), RESULTS);
    compare("coverage", Results.name(executor), statistics.of(coverage).toArray(), RESULTS);
  }

  private void maps() {
    AttentionMaps maps = AttentionMaps.of(attention, input);
    float[] weights = maps.pattern(maps.scores(run), run).toArray();
    compare("weights", "Reference", weights, RESULTS);
  }

  private void backward(Executor executor) {
    Tensor dq = Tensor.zeros(tensors.shape("q"));
    Tensor dk = Tensor.zeros(tensors.shape("k"));
    Tensor dv = Tensor.zeros(tensors.shape("v"));
    Parameters parameters = Parameters.none();
    for (String name : input.parameters().names()) {
      parameters = parameters.with(name, Tensor.zeros(tensors.shape(name)));
    }
    OutputGradients dy =
        new OutputGradients(
            tensors.heads("g.out"), tensors.floats("g.entropy"), tensors.floats("g.coverage"));
    InputGradients dx =
        new InputGradients(HeadView.of(dq), HeadView.of(dk), HeadView.of(dv), parameters);
    executor.backward(attention, input, dy, dx, run);
    String way = Results.name(executor);
    compare("d.q", way, dq.toArray(), GRADIENTS);
    compare("d.k", way, dk.toArray(), GRADIENTS);
    compare("d.v", way, dv.toArray(), GRADIENTS);
    parameters
        .tensors()
        .forEach((name, gradient) -> compare("d." + name, way, gradient.toArray(), GRADIENTS));
  }

  private void compare(String output, String way, float[] actual, Tolerance tolerance) {
    checks.add(Comparisons.check(tensors, output, way, actual, tolerance));
  }
}
