package dev.heed.train;

import dev.heed.grad.Run;
import dev.heed.kernel.Updates;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.train.Parameter.Role;
import dev.heed.train.Spans.Span;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// AdamW, [Loshchilov and Hutter 2019](https://arxiv.org/abs/1711.05101): Adam with weight decay
/// beside the gradient, not in it. Tables and matrices decay, gains and biases do not.
public final class AdamW implements Optimizer {
  private final OptimizerSettings.AdamW settings;
  private final List<Parameter> parameters;
  private final float[][] means;
  private final float[][] squares;
  private final Spans spans;

  public AdamW(OptimizerSettings.AdamW settings, List<Parameter> parameters) {
    this.settings = settings;
    this.parameters = List.copyOf(parameters);
    means = zeros(parameters);
    squares = zeros(parameters);
    spans = Spans.of(parameters);
  }

  static float[][] zeros(List<Parameter> parameters) {
    return parameters.stream()
        .map(parameter -> new float[parameter.size()])
        .toArray(float[][]::new);
  }

  @Override
  public void update(List<Tensor> gradients, Step step) {
    Updates.AdamW decayed = factors(step, settings.decay());
    Updates.AdamW plain = factors(step, 0);
    Run run = step.run();
    spans.run(
        run,
        span -> {
          Role role = parameters.get(span.index()).role();
          update(gradients.get(span.index()), span, role == Role.VECTOR ? plain : decayed, run);
        });
  }

  private void update(Tensor gradient, Span span, Updates.AdamW factors, Run run) {
    int i = span.index();
    run.kernels()
        .updates()
        .adamW(
            parameters.get(i).numbers(),
            gradient.array(),
            gradient.offset(),
            means[i],
            squares[i],
            factors,
            span.from(),
            span.length());
  }

  private Updates.AdamW factors(Step step, double decay) {
    double rate = settings.rate() * step.factor();
    return new Updates.AdamW(
        step.scale(),
        (float) settings.beta1(),
        (float) settings.beta2(),
        (float) (1 - rate * decay),
        (float) (rate / (1 - Math.pow(settings.beta1(), (double) step.number()))),
        (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2(), (double) step.number()))),
        (float) settings.epsilon());
  }

  @Override
  public Map<String, Weight> state() {
    Map<String, Weight> state = new LinkedHashMap<>();
    for (int i = 0; i < means.length; i++) {
      put(state, "adamw.mean.", parameters.get(i), means[i]);
      put(state, "adamw.square.", parameters.get(i), squares[i]);
    }
    return state;
  }

  static void put(Map<String, Weight> state, String kind, Parameter of, float[] numbers) {
    String name = kind + of.key();
    state.put(name, Weight.of(name, numbers, of.weight().shape().toArray()));
  }
}
