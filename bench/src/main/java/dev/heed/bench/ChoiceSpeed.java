package dev.heed.bench;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.InputGradients;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.OutputGradients;
import dev.heed.attention.Parameters;
import dev.heed.attention.Positions;
import dev.heed.attention.Score;
import dev.heed.attention.Tiled;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// What does a score, a modifier or a mixing cost beside plain causal attention, which visits the
/// same tiles?
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar dev.heed.bench.ChoiceSpeed
/// t5 12`
///
/// with a part of the choice's name (empty for all) and how many times each is measured, in turns
/// with the plain kernel. A line a choice: the ratio of the plain kernel's median processor time to
/// that of the choice, forward, and forward and backward together.
public final class ChoiceSpeed {
  private static final int BATCH = 2;
  private static final int HEADS = 8;
  private static final int LENGTH = 1024;
  private static final int WIDTH = 64;

  private static final Run RUN = Run.inference(Kernels.best(), Workers.of(1));
  private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

  private ChoiceSpeed() {}

  public static void main(String[] arguments) {
    String only = arguments.length > 0 ? arguments[0] : "";
    int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
    List<Attention> choices = new ArrayList<>();
    for (String score :
        List.of("dot(learned)", "cosine(10)", "cosine(learned)", "bilinear", "distance")) {
      choices.add(Attention.causal().withScore(Score.parse(score)));
    }
    for (String modifier :
        List.of(
            "scale(learned)",
            "softcap(30)",
            "alibi",
            "t5(32,128,causal)",
            "bias",
            "forget",
            "shaw(16)",
            "xl(64)")) {
      choices.add(Attention.causal().withModifier(Modifier.parse(modifier)));
    }
    choices.add(Attention.causal().withScore(Score.additive(16)));
    for (String mixing : List.of("talking(scores)", "talking(weights)", "values(16)")) {
      choices.add(Attention.causal().withMixing(Mixing.parse(mixing)));
    }
    for (Attention choice : choices) {
      String name = choice.score().text() + " " + choice.modifiers() + " " + choice.mixings();
      if (name.contains(only)) {
        measure(name, choice, times);
      }
    }
  }

  /// A call and where its results go.
  private record Call(Attention attention, AttentionInput input, InputGradients dx, HeadView out) {
    static Call of(Attention attention) {
      Random random = new Random(1);
      HeadView q = HeadView.of(numbers(random, Shape.of(BATCH, HEADS, LENGTH, WIDTH)));
      HeadView k = HeadView.of(numbers(random, Shape.of(BATCH, HEADS, LENGTH, WIDTH)));
      HeadView v = HeadView.of(numbers(random, Shape.of(BATCH, HEADS, LENGTH, WIDTH)));
      Positions positions = Positions.range(0, LENGTH);
      AttentionInput input = AttentionInput.of(q, k, v, positions, positions);
      Parameters gradients = Parameters.none();
      for (Need need : attention.needs(input.shape())) {
        Shape shape =
            need.name().equals("bias") ? Shape.of(1, HEADS, LENGTH, LENGTH) : need.shape();
        input = input.withParameter(need.name(), numbers(random, shape));
        gradients = gradients.with(need.name(), Tensor.zeros(shape));
      }
      InputGradients dx = new InputGradients(zeros(q), zeros(q), zeros(q), gradients);
      return new Call(attention, input, dx, zeros(q));
    }

    double forward() {
      long from = CLOCK.getCurrentThreadCpuTime();
      new Tiled().forward(attention, input, out, RUN);
      return (CLOCK.getCurrentThreadCpuTime() - from) / 1e9;
    }

    /// Forward and backward.
    double both() {
      long from = CLOCK.getCurrentThreadCpuTime();
      new Tiled().backward(attention, input, OutputGradients.of(input.v()), dx, RUN);
      return (CLOCK.getCurrentThreadCpuTime() - from) / 1e9;
    }
  }

  private static HeadView zeros(HeadView like) {
    return HeadView.of(
        Tensor.zeros(
            like.axes().batch(), like.axes().heads(), like.axes().length(), like.axes().width()));
  }

  private static Tensor numbers(Random random, Shape shape) {
    Tensor tensor = Tensor.zeros(shape);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = 0.3f * (float) random.nextGaussian();
    }
    return tensor;
  }

  private static void measure(String name, Attention choice, int times) {
    Call plain = Call.of(Attention.causal());
    Call other = Call.of(choice);
    double[][] seconds = new double[4][times];
    for (int n = -times / 2 - 3; n < times; n++) {
      int at = Math.max(n, 0);
      seconds[0][at] = plain.forward();
      seconds[1][at] = other.forward();
      seconds[2][at] = plain.both();
      seconds[3][at] = other.both();
    }
    for (double[] each : seconds) {
      Arrays.sort(each);
    }
    int middle = times / 2;
    System.out.printf(
        Locale.ROOT,
        "{\"choice\": \"%s\", \"forward\": %.2f, \"forward and backward\": %.2f,"
            + " \"plain_ms\": [%.1f, %.1f]}%n",
        name,
        seconds[0][middle] / seconds[1][middle],
        seconds[2][middle] / seconds[3][middle],
        seconds[0][middle] * 1e3,
        seconds[2][middle] * 1e3);
  }
}
