package dev.heed.data;

import dev.heed.tensor.CounterRandom;

/// An order of the numbers below `size` that is computed place by place: six rounds of a Feistel
/// network ([Luby and Rackoff 1988](https://doi.org/10.1137/0217022)) over the next even number of
/// bits, walked until it comes back below `size` ([Black and Rogaway
/// 2002](https://doi.org/10.1007/3-540-45760-7_9), section 3).
record Permutation(long size, CounterRandom random) {
  private static final int ROUNDS = 6;

  /// The number at a place.
  long at(long place) {
    int half = (65 - Long.numberOfLeadingZeros(Math.max(size - 1, 1))) / 2;
    long x = place;
    do {
      x = shuffled(x, half);
    } while (x >= size);
    return x;
  }

  private long shuffled(long x, int half) {
    long mask = (1L << half) - 1;
    long left = x >>> half;
    long right = x & mask;
    for (int round = 0; round < ROUNDS; round++) {
      long mixed = left ^ random.stream(round).bits((int) right) & mask;
      left = right;
      right = mixed;
    }
    return left << half | right;
  }
}
