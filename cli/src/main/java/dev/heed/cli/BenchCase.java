package dev.heed.cli;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.util.Arrays;

/// One case of `heed bench`, named and counted as in `bench/torch_peer.py`.
///
/// @param amount work of one run, in `unit`
/// @param setup makes the operands and returns what is to be timed
record BenchCase(String name, String unit, double amount, Setup setup) {
  private static final int LEAST_RUNS = 5;
  private static final int MOST_RUNS = 1_000_000;

  /// Makes the operands of a case.
  @FunctionalInterface
  interface Setup {
    Runnable prepare(Kernels kernels, Workers workers);
  }

  /// Times of the runs of a case, in seconds, and what a run left to the collector.
  record Times(double median, double least, int runs, Garbage garbage) {}

  /// Runs the case for `seconds` to warm up, then as long again with the clock.
  Times measure(Kernels kernels, Workers workers, double seconds) {
    Runnable work = setup.prepare(kernels, workers);
    time(work, seconds);
    Garbage before = Garbage.untilNow();
    double[] times = time(work, seconds);
    Garbage garbage = Garbage.untilNow().since(before, times.length);
    Arrays.sort(times);
    return new Times(times[times.length / 2], times[0], times.length, garbage);
  }

  private static double[] time(Runnable work, double seconds) {
    double[] times = new double[64];
    int count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (count < LEAST_RUNS || (count < MOST_RUNS && System.nanoTime() < end)) {
      if (count == times.length) {
        times = Arrays.copyOf(times, 2 * count);
      }
      long start = System.nanoTime();
      work.run();
      times[count++] = (System.nanoTime() - start) * 1e-9;
    }
    return Arrays.copyOf(times, count);
  }
}
