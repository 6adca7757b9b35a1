package dev.heed.data;

import dev.heed.tensor.CounterRandom;

/// Batches of crops that begin anywhere in the data, each beginning drawn by itself: step `n` does
/// not know of any other.
public final class RandomCrops implements Batches {
  private final TokenData data;
  private final BatchShape shape;
  private final CounterRandom random;

  private RandomCrops(TokenData data, BatchShape shape, CounterRandom random) {
    this.data = data;
    this.shape = shape;
    this.random = random;
  }

  /// Crops of `shape` from `data`, which must be longer than one crop.
  public static RandomCrops of(TokenData data, BatchShape shape, CounterRandom random) {
    Windows.requireOne(data, shape);
    return new RandomCrops(data, shape, random);
  }

  @Override
  public Batch batch(long step) {
    CounterRandom drawn = random.stream(step);
    long beginnings = data.size() - shape.length();
    return Windows.batch(data, shape, row -> below(beginnings, drawn, row));
  }

  /// A number below `bound`, from 64 bits; exactly even up to a part in 2⁶³ of `bound`.
  static long below(long bound, CounterRandom random, int index) {
    long bits = (long) random.bits(2 * index) << 32 | random.bits(2 * index + 1) & 0xffff_ffffL;
    return Math.unsignedMultiplyHigh(bits, bound);
  }
}
