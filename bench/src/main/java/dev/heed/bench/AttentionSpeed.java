package dev.heed.bench;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.Executor;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// How fast is attention, in the cases of `torch_peer.py` and with its JSON lines?
///
/// `java --add-modules jdk.incubator.vector -cp bench/target/bench.jar
/// dev.heed.bench.AttentionSpeed 1 causal 2.0`
///
/// with threads, a part of the case's name (empty for all) and seconds a case. On one thread
/// `cpu_s`, the median processor time, is less sensitive to other work on the machine.
public final class AttentionSpeed {
  private record Case(
      String name, int batch, int heads, int groups, int queries, int keys, int width) {
    String label() {
      return "attention %s B%d H%d/%d %dx%d D%d forward"
          .formatted(name, batch, heads, groups, queries, keys, width);
    }

    boolean causal() {
      return name.contains("causal") || name.equals("train-small");
    }

    Attention attention() {
      return causal() ? Attention.causal() : Attention.full();
    }

    double gigaFlop() {
      return 4e-9 * batch * heads * queries * keys * width * (causal() ? 0.5 : 1);
    }
  }

  private static final List<Case> CASES =
      List.of(
          new Case("causal", 1, 12, 12, 512, 512, 64),
          new Case("causal", 1, 12, 12, 2048, 2048, 64),
          new Case("causal", 1, 12, 12, 8192, 8192, 64),
          new Case("full", 8, 12, 12, 197, 197, 64),
          new Case("gqa-causal", 1, 32, 8, 2048, 2048, 128),
          new Case("decode", 1, 32, 8, 1, 8192, 128),
          new Case("train-small", 16, 6, 6, 256, 256, 64));

  private AttentionSpeed() {}

  public static void main(String[] arguments) {
    int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1;
    String only = arguments.length > 1 ? arguments[1] : "";
    double seconds = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 2;
    try (Workers workers = Workers.of(threads)) {
      Run run = Run.inference(Kernels.best(), workers);
      for (Case each : CASES) {
        if (each.label().contains(only)) {
          measure(each, run, threads, seconds);
        }
      }
    }
  }

  private static void measure(Case each, Run run, int threads, double seconds) {
    Random random = new Random(1);
    HeadView q = heads(random, each.batch, each.heads, each.queries, each.width);
    HeadView k = heads(random, each.batch, each.groups, each.keys, each.width);
    HeadView v = heads(random, each.batch, each.groups, each.keys, each.width);
    Positions qPos = Positions.range(each.keys - each.queries, each.queries);
    AttentionInput input = AttentionInput.of(q, k, v, qPos, Positions.range(0, each.keys));
    HeadView out = heads(random, each.batch, each.heads, each.queries, each.width);
    Executor executor = Executor.fitting(input.shape());
    Attention attention = each.attention();
    double[] wall = new double[1_000_000];
    double[] processor = new double[wall.length];
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    // The compiler is done after some seconds of work, not of waiting for a processor.
    long warm = clock.getCurrentThreadCpuTime() + (long) (seconds * 1e9);
    do {
      executor.forward(attention, input, out, run);
    } while (clock.getCurrentThreadCpuTime() < warm);
    int runs = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while ((System.nanoTime() < end || runs < 5) && runs < wall.length) {
      long used = clock.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      executor.forward(attention, input, out, run);
      wall[runs] = (System.nanoTime() - start) / 1e9;
      processor[runs++] = (clock.getCurrentThreadCpuTime() - used) / 1e9;
    }
    Arrays.sort(wall, 0, runs);
    Arrays.sort(processor, 0, runs);
    double median = wall[runs / 2];
    System.out.printf(
        Locale.ROOT,
        "{\"case\": \"%s\", \"threads\": %d, \"median_s\": %.6f, \"min_s\": %.6f, "
            + "\"runs\": %d, \"unit\": \"GFLOP\", \"rate\": %.2f, \"cpu_s\": %.6f}%n",
        each.label(),
        threads,
        median,
        wall[0],
        runs,
        each.gigaFlop() / median,
        processor[runs / 2]);
  }

  private static HeadView heads(Random random, int batch, int heads, int length, int width) {
    Tensor tensor = Tensor.zeros(batch, heads, length, width);
    for (int n = 0; n < tensor.size(); n++) {
      tensor.array()[n] = (float) random.nextGaussian();
    }
    return HeadView.of(tensor);
  }
}
