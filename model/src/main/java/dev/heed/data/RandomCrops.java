package dev.heed.data;

import dev.heed.tensor.CounterRandom;

/// Batches of crops that begin anywhere in the data, each beginning drawn by itself: step `n` does
/// not know of any other.
public final class RandomCrops implements Batches {
  private final Windows windows;
  private final CounterRandom random;

  private RandomCrops(Windows windows, CounterRandom random) {
    this.windows = windows;
    this.random = random;
  }

  /// Crops of `shape` from `data`, which must be longer than one crop.
  public static RandomCrops of(TokenData data, BatchShape shape, CounterRandom random) {
    return new RandomCrops(new Windows(data, shape, Packing.IGNORED), random);
  }

  /// The same crops that say what documents they cut through.
  public RandomCrops packed(Packing packing) {
    return new RandomCrops(new Windows(windows.data(), windows.shape(), packing), random);
  }

  @Override
  public Batch batch(long step) {
    CounterRandom drawn = random.stream(step);
    long beginnings = windows.data().size() - windows.shape().length();
    return windows.batch(row -> LongDraw.below(beginnings, drawn, row));
  }
}
