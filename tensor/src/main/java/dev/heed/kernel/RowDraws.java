package dev.heed.kernel;

import dev.heed.tensor.CounterRandom;

/// The random draws of a block of queries, a generator a query and its bits by the number of the
/// key: bits `CounterRandom.bits(key) >>> 8` below a threshold drop.
public final class RowDraws {
  private static final int QUERIES = QueryBlock.QUERIES;

  /// The halves of the generators' keys, `[32]`.
  final int[] first = new int[QUERIES];

  final int[] second = new int[QUERIES];
  int threshold;

  /// Draws of nobody yet.
  public RowDraws() {}

  /// @param threshold how many of the 2^24 values drop
  public void begin(int threshold) {
    this.threshold = threshold;
  }

  /// Sets the generator of a query of the block.
  public void row(int query, CounterRandom random) {
    first[query] = random.first();
    second[query] = random.second();
  }

  boolean drops(int query, int key) {
    return new CounterRandom(first[query], second[query]).bits(key) >>> 8 < threshold;
  }
}
