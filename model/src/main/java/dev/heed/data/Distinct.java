package dev.heed.data;

import dev.heed.tensor.CounterRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// Numbers drawn without replacement.
final class Distinct {
  private Distinct() {}

  /// `count` of `0` to `bound - 1`, in any order, each as probable as any other.
  static int[] even(int bound, int count, CounterRandom random) {
    return weighted(bound, count, _ -> 1, random);
  }

  /// `count` of `0` to `bound - 1`, one after the other, each with a probability proportional to
  /// its weight among those left: the least of exponential waiting times, [Efraimidis and Spirakis
  /// 2006](https://doi.org/10.1016/j.ipl.2005.11.003).
  static int[] weighted(int bound, int count, IntToDoubleFunction weight, CounterRandom random) {
    double[] waits = new double[bound];
    for (int i = 0; i < bound; i++) {
      waits[i] = -Math.log(1 - random.uniform(i)) / weight.applyAsDouble(i);
    }
    return IntStream.range(0, bound)
        .boxed()
        .sorted((a, b) -> Double.compare(waits[a], waits[b]))
        .limit(count)
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
