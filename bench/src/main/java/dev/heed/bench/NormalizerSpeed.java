package dev.heed.bench;

import dev.heed.attention.Attend;
import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.AttentionShape;
import dev.heed.attention.AttentionSites;
import dev.heed.attention.HeadView;
import dev.heed.attention.Need;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Positions;
import dev.heed.attention.Tiled;
import dev.heed.grad.Run;
import dev.heed.grad.TapeMemory;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What does a normalizer cost beside softmax, under a causal mask, on one thread?
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar
/// dev.heed.bench.NormalizerSpeed 2048 40`
///
/// with positions and rounds. Each round runs softmax and the normalizer in turns; printed is the
/// median of the ratios of their processor times, forward and forward and backward: 1 is the speed
/// of softmax. As many rounds come first and are not counted: with three the compiler is not done.
public final class NormalizerSpeed {
  private static final int HEADS = 4;
  private static final int WIDTH = 64;
  private static final List<String> NORMALIZERS =
      List.of(
          "softmax",
          "topk(8)",
          "topk(32)",
          "blocktopk(64,4)",
          "sink",
          "sigmoid(-7)",
          "relu(1,100)",
          "relu(2,100)",
          "sparsemax",
          "entmax15",
          "entmax");

  private NormalizerSpeed() {}

  public static void main(String[] arguments) {
    int positions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2048;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40;
    try (Workers workers = Workers.of(1)) {
      Run run = Run.inference(Kernels.best(), workers);
      Call plain = new Call(Normalizer.softmax(), positions, run);
      for (String text : NORMALIZERS) {
        Call other = new Call(Normalizer.parse(text), positions, run);
        System.out.printf(
            Locale.ROOT,
            "%-15s forward %.2f, forward and backward %.2f%n",
            text,
            ratio(plain::forward, other::forward, rounds),
            ratio(plain::bothWays, other::bothWays, rounds));
      }
    }
  }

  private static double ratio(Runnable plain, Runnable other, int rounds) {
    double[] ratios = new double[rounds];
    for (int round = -rounds; round < rounds; round++) {
      double a = seconds(plain);
      double b = seconds(other);
      if (round >= 0) {
        ratios[round] = a / b;
      }
    }
    Arrays.sort(ratios);
    return ratios[rounds / 2];
  }

  private static double seconds(Runnable work) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long start = clock.getCurrentThreadCpuTime();
    work.run();
    return 1e-9 * (clock.getCurrentThreadCpuTime() - start);
  }

  /// A call with the memory of its steps.
  private static final class Call {
    private final Attention attention;
    private final AttentionInput input;
    private final Attend.Operands operands;
    private final Tensor dy;
    private final HeadView out;
    private final Run run;
    private final TapeMemory memory = new TapeMemory();

    Call(Normalizer normalizer, int positions, Run run) {
      this.run = run;
      this.attention = Attention.causal().withNormalizer(normalizer);
      Tensor q = Tensor.of(RandomNumbers.of(HEADS * positions * WIDTH, 1), shape(positions));
      Tensor k = Tensor.of(RandomNumbers.of(HEADS * positions * WIDTH, 2), shape(positions));
      Tensor v = Tensor.of(RandomNumbers.of(HEADS * positions * WIDTH, 3), shape(positions));
      Map<String, Operand> learned = new LinkedHashMap<>();
      AttentionInput bare =
          AttentionInput.of(
              HeadView.of(q),
              HeadView.of(k),
              HeadView.of(v),
              Positions.range(0, positions),
              Positions.range(0, positions));
      AttentionShape lengths = bare.shape();
      for (Need need : attention.needs(lengths)) {
        Tensor numbers = Tensor.zeros(need.shape());
        numbers.fill(need.start() + 0.03f);
        learned.put(need.name(), numbers);
        bare = bare.withParameter(need.name(), numbers);
      }
      this.input = bare;
      this.operands = new Attend.Operands(q, k, v, learned);
      this.dy =
          Tensor.of(RandomNumbers.of(HEADS * positions * WIDTH, 4), 1, positions, HEADS * WIDTH);
      this.out = HeadView.of(Tensor.zeros(shape(positions)));
    }

    private static int[] shape(int positions) {
      return new int[] {1, HEADS, positions, WIDTH};
    }

    void forward() {
      new Tiled().forward(attention, input, out, run);
    }

    void bothWays() {
      Run taped = run.taped(memory);
      AttentionSites sites = AttentionSites.inBlock(0);
      Tensor y = taped.apply(Attend.trainable(attention, input, sites, operands));
      taped.tape().orElseThrow().backward(y, dy, taped);
    }
  }
}
