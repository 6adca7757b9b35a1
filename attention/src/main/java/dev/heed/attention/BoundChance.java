package dev.heed.attention;

import dev.heed.kernel.RowDraws;
import dev.heed.tensor.CounterRandom;

/// What is dropped in one call.
final class BoundChance {
  private final Chance chance;
  private final CounterRandom weights;
  private final CounterRandom keys;
  private final CounterRandom dropped;
  private final int heads;

  private BoundChance(Chance chance, CounterRandom random, int heads) {
    this.chance = chance;
    this.weights = random.stream(0);
    this.keys = random.stream(1);
    this.dropped = random.stream(2);
    this.heads = heads;
  }

  /// Binds a chance; what it draws from must be in the input, and only then.
  static BoundChance of(Chance chance, AttentionInput input) {
    if (!chance.isNone() && input.random().isEmpty()) {
      throw new AttentionException(
          "attention: %s draws at random and the input has no generator; AttentionInput.withRandom gives one"
              .formatted(chance));
    }
    if (chance.isNone() && input.random().isPresent()) {
      throw new UnsupportedCombinationException(
          "attention that drops nothing",
          "input with a generator",
          "Attention.withChance draws from it");
    }
    CounterRandom random = input.random().orElseGet(() -> CounterRandom.of(0));
    return new BoundChance(chance, random, input.shape().heads());
  }

  boolean isNone() {
    return chance.isNone();
  }

  boolean dropsWeights() {
    return chance.weights() > 0;
  }

  boolean dropsKeys() {
    return chance.keys() > 0;
  }

  boolean dropsHeads() {
    return chance.heads() > 0;
  }

  /// Whether all of a head is dropped.
  boolean dropsHead(int b, int h) {
    return dropsHeads() && dropped.uniform(b * heads + h) < chance.heads();
  }

  /// What a weight that stays is times, in a head that stays.
  float factor() {
    return (float) (1 / ((1 - chance.weights()) * (1 - chance.heads())));
  }

  /// The draws for the weights of a query, by key.
  CounterRandom weightRow(int b, int h, int t) {
    return weights.stream(b * heads + h).stream(t);
  }

  /// The draws for the keys of a query.
  CounterRandom keyRow(int b, int h, int t) {
    return keys.stream(b * heads + h).stream(t);
  }

  boolean dropsWeight(CounterRandom row, int s) {
    return row.bits(s) >>> 8 < threshold(chance.weights());
  }

  boolean dropsKey(CounterRandom row, int s) {
    return row.bits(s) >>> 8 < threshold(chance.keys());
  }

  /// Of 24 bits, how many values drop.
  private static int threshold(double share) {
    return (int) Math.round(share * (1 << 24));
  }

  /// Draws for the weights of a block of queries.
  void drawWeights(MapTile queries, RowDraws into) {
    into.begin(threshold(chance.weights()));
    for (int t = queries.t0(); t < queries.t1(); t++) {
      into.row(t - queries.t0(), weightRow(queries.b(), queries.h(), t));
    }
  }

  /// Draws for the keys of a block of queries.
  void drawKeys(MapTile queries, RowDraws into) {
    into.begin(threshold(chance.keys()));
    for (int t = queries.t0(); t < queries.t1(); t++) {
      into.row(t - queries.t0(), keyRow(queries.b(), queries.h(), t));
    }
  }
}
