package dev.heed.bench;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Observers;
import dev.heed.attention.Positions;
import dev.heed.attention.Tiled;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.Locale;

/// How long do attention and its statistics take over a long text, and in how much memory? One head
/// of width 64.
///
/// `java -Xmx1g --add-modules jdk.incubator.vector -cp bench/target/bench.jar
/// dev.heed.bench.LongSpeed 131072 causal 2`
///
/// with positions, the mask and threads. A line for the results and one for entropy, coverage and
/// the eight largest weights of each query, with the most heap that was in use.
public final class LongSpeed {
  private static final int WIDTH = 64;

  private LongSpeed() {}

  public static void main(String[] arguments) {
    int length = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 131_072;
    Mask mask = Mask.parse(arguments.length > 1 ? arguments[1] : "causal");
    int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
    Positions positions = Positions.range(0, length);
    AttentionInput input =
        AttentionInput.of(
            numbers(length, 1), numbers(length, 2), numbers(length, 3), positions, positions);
    HeadView out = HeadView.of(Tensor.zeros(1, 1, length, WIDTH));
    Attention attention = Attention.full().withMask(mask);
    Observers observers = Observers.parse("entropy, coverage, top(8)");
    try (Workers workers = Workers.of(threads)) {
      Run run = Run.inference(Kernels.best(), workers);
      measure("results", () -> new Tiled().forward(attention, input, out, run));
      measure("statistics", () -> attention.observe(input, observers, new Tiled(), run));
    }
  }

  private static HeadView numbers(int length, int seed) {
    float[] numbers = RandomNumbers.of(length * WIDTH, seed);
    return HeadView.of(Tensor.of(numbers, 1, 1, length, WIDTH));
  }

  private static void measure(String what, Runnable work) {
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    long heap =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    System.out.printf(
        Locale.ROOT, "%-10s %.1f s, at most %d MB of heap%n", what, seconds, heap >> 20);
  }
}
