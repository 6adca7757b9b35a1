package dev.heed.data;

import dev.heed.tensor.CounterRandom;

/// Draws from ranges of 64 bits.
final class LongDraw {
  private LongDraw() {}

  /// A number below `bound`, exactly even up to a part in 2⁶³ of `bound`; uses indices `2 * index`
  /// and the next.
  static long below(long bound, CounterRandom random, int index) {
    long bits = (long) random.bits(2 * index) << 32 | random.bits(2 * index + 1) & 0xffff_ffffL;
    return Math.unsignedMultiplyHigh(bits, bound);
  }
}
