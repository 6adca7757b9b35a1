package dev.heed.bench;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.InputGradients;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Need;
import dev.heed.attention.OutputGradients;
import dev.heed.attention.Parameters;
import dev.heed.attention.Positions;
import dev.heed.attention.Tiled;
import dev.heed.attention.expression.Truth;
import dev.heed.attention.expression.VisibleSet;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/// What does a mask, or a modifier, cost beside plain causal attention: per score of the tiles that
/// are visited and per score that is visible, forward and both ways?
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar dev.heed.bench.MaskSpeed
/// 4096 1.0 window`
///
/// with the number of positions, seconds a case, a part of the case's name (empty for all) and, for
/// want of the way back, `forward`. Each run of a case is followed by one of the plain call; the
/// ratios are those of the medians, above 1 where the case is faster. `bench/flex_peer.py` runs the
/// same masks in PyTorch, and `bench/masks` both in turns.
public final class MaskSpeed {
  private static final int HEADS = 8;
  private static final int WIDTH = 64;

  /// Whether a query sees a key.
  private interface Sees {
    boolean test(int i, int j);
  }

  /// @param name the mask or, after a semicolon, a modifier of causal attention
  private record Case(String name, Attention attention, Sees sees) {
    static Case mask(String text, Sees sees) {
      return new Case(text, Attention.full().withMask(Mask.parse(text)), sees);
    }

    static Case modifier(String text) {
      return new Case(
          "causal; " + text,
          Attention.causal().withModifier(Modifier.parse(text)),
          (i, j) -> j <= i);
    }
  }

  private static List<Case> cases(int length) {
    int blocks = length / 64;
    Truth.RandomBlocks random = new Truth.RandomBlocks(3, 64, 7, blocks);
    int[][] drawn = new int[blocks + 1][3];
    IntStream.range(0, drawn.length).forEach(block -> random.draw(block, drawn[block]));
    List<Case> cases = new ArrayList<>();
    cases.add(Case.mask("causal", (i, j) -> j <= i));
    cases.add(Case.mask("", (_, _) -> true));
    cases.add(Case.mask("causal & window(256)", (i, j) -> j <= i && i - j < 256));
    cases.add(Case.mask("chunk(256)", (i, j) -> i / 256 == j / 256));
    cases.add(Case.mask("chunk(64) | previous(64)", (i, j) -> i / 64 - j / 64 >> 1 == 0));
    cases.add(Case.mask(random.toString(), (i, j) -> contains(drawn[i / 64], j / 64)));
    cases.add(
        Case.mask("global(16) | window(128)", (i, j) -> i < 16 || j < 16 || Math.abs(i - j) < 128));
    cases.add(
        Case.mask(
            "grid(64, 7)",
            (i, j) -> Math.abs(i / 64 - j / 64) <= 7 && Math.abs(i % 64 - j % 64) <= 7));
    cases.add(Case.mask("causal & document", (i, j) -> j <= i && i / 500 == j / 500));
    cases.add(Case.mask("given", (i, j) -> given(i, j)));
    cases.add(Case.mask("causal & dilated(4)", (i, j) -> j <= i && (i - j) % 4 == 0));
    cases.add(
        Case.mask("causal & strided(64)", (i, j) -> j <= i && (i - j < 64 || (i - j) % 64 == 0)));
    cases.add(
        Case.mask(
            "causal & fixed(128, 16)", (i, j) -> j <= i && (i / 128 == j / 128 || j % 128 >= 112)));
    cases.add(Case.modifier("softcap(20)"));
    cases.add(Case.modifier("expression(20 * tanh(s / 20))"));
    cases.add(Case.modifier("alibi"));
    cases.add(Case.modifier("expression(s - w * abs(i - j))"));
    cases.add(Case.modifier("expression(s - w * log(1 + abs(i - j)))"));
    cases.add(Case.modifier("expression(if(j mod 7 = 3, s * w, s))"));
    return cases;
  }

  private static boolean contains(int[] numbers, int number) {
    return IntStream.of(numbers).anyMatch(each -> each == number);
  }

  /// One in eight blocks of 64 by 64.
  private static boolean given(int i, int j) {
    return (i / 64 * 5 + j / 64) % 8 == 0;
  }

  private MaskSpeed() {}

  public static void main(String[] arguments) {
    int length = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 4096;
    double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 1;
    String only = arguments.length > 2 ? arguments[2] : "";
    boolean bothWays = arguments.length < 4 || !arguments[3].equals("forward");
    try (Workers workers = Workers.of(1)) {
      Run run = Run.inference(Kernels.best(), workers);
      List<Case> all = cases(length);
      Call plain = new Call(all.getFirst(), length);
      for (Case each : all) {
        if (each.name.contains(only)) {
          Call call = new Call(each, length);
          print("forward", call, medians(call::forward, plain::forward, run, seconds), plain);
          if (bothWays) {
            print("both", call, medians(call::backward, plain::backward, run, seconds), plain);
          }
        }
      }
    }
  }

  /// @param medians of the call and of the plain one, in seconds
  private static void print(String way, Call call, double[] medians, Call plain) {
    double ratio = medians[1] / medians[0];
    System.out.printf(
        Locale.ROOT,
        "{\"case\": \"%s\", \"way\": \"%s\", \"visible\": %.4f, \"visited\": %.4f, \"ms\": %.2f, "
            + "\"ratio_visited\": %.2f, \"ratio_visible\": %.2f}%n",
        call.name,
        way,
        call.visible / (HEADS * Math.pow(call.length, 2)),
        call.visited / (HEADS * Math.pow(call.length, 2)),
        medians[0] * 1e3,
        ratio * call.visited / plain.visited,
        ratio * call.visible / plain.visible);
  }

  private interface Work {
    void run(Run run);
  }

  /// The medians of a case and of the plain call, alternated.
  private static double[] medians(Work one, Work other, Run run, double seconds) {
    List<Double> ones = new ArrayList<>();
    List<Double> others = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    for (int n = 0; n < 7 || System.nanoTime() < end; n++) {
      double first = seconds(one, run);
      double second = seconds(other, run);
      if (n > 1) {
        ones.add(first);
        others.add(second);
      }
    }
    return new double[] {median(ones), median(others)};
  }

  private static double seconds(Work work, Run run) {
    long start = System.nanoTime();
    work.run(run);
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> numbers) {
    double[] sorted = numbers.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /// A case with its numbers.
  private static final class Call {
    private final String name;
    private final int length;
    private final Attention attention;
    private final AttentionInput input;
    private final Tensor out;
    private final InputGradients dx;
    private final long visited;
    private final long visible;

    Call(Case of, int length) {
      this.name = of.name;
      this.length = length;
      this.attention = of.attention;
      this.input = input(of, length);
      this.out = heads(2, length);
      Parameters learned = Parameters.none();
      for (Need need : attention.needs(input.shape())) {
        learned = learned.with(need.name(), Tensor.zeros(need.shape().toArray()));
      }
      this.dx = new InputGradients(zeros(), zeros(), zeros(), learned);
      this.visited = attention.explain(input, new Tiled()).tiles().scores();
      long count = 0;
      for (int i = 0; i < length; i++) {
        for (int j = 0; j < length; j++) {
          count += of.sees.test(i, j) ? 1 : 0;
        }
      }
      this.visible = count * HEADS;
    }

    private static AttentionInput input(Case of, int length) {
      Positions positions = Positions.range(0, length);
      AttentionInput input =
          AttentionInput.of(
              HeadView.of(heads(3, length)),
              HeadView.of(heads(4, length)),
              HeadView.of(heads(5, length)),
              positions,
              positions);
      if (of.name.contains("document")) {
        int[] documents = IntStream.range(0, length).map(n -> n / 500).toArray();
        input = input.withDocuments(Positions.of(documents), Positions.of(documents));
      }
      if (of.name.contains("given")) {
        VisibleSet.Axes axes = new VisibleSet.Axes(1, 1, length, length);
        input = input.withVisible(VisibleSet.of(axes, (_, _, t, s) -> given(t, s)));
      }
      for (Need need : of.attention.needs(input.shape())) {
        float[] numbers = new float[(int) need.shape().size()];
        Arrays.fill(numbers, 0.3f);
        input = input.withParameter(need.name(), Tensor.of(numbers, need.shape().toArray()));
      }
      return input;
    }

    private static Tensor heads(int seed, int length) {
      float[] numbers = RandomNumbers.of(HEADS * length * WIDTH, seed);
      return Tensor.of(numbers, 1, HEADS, length, WIDTH);
    }

    private HeadView zeros() {
      return HeadView.of(Tensor.zeros(1, HEADS, length, WIDTH));
    }

    void forward(Run run) {
      new Tiled().forward(attention, input, HeadView.of(out), run);
    }

    void backward(Run run) {
      new Tiled().backward(attention, input, OutputGradients.of(HeadView.of(out)), dx, run);
    }
  }
}
