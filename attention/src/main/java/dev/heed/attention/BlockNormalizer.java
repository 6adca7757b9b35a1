package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.NormalizerTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Reach;
import dev.heed.kernel.WeightRule;
import dev.heed.tensor.Workspace;

/// How the scores of one block of queries of one head become weights, tile by tile, and what is
/// kept of each row so that they can become so again.
sealed interface BlockNormalizer {
  /// Whether rows have numbers that a first look at all tiles must find.
  default boolean looksFirst() {
    return false;
  }

  /// Looks at the scores of a tile that begins at key `first`.
  default void look(QueryBlock block, int first) {}

  /// Finds the numbers of the rows, once all tiles were looked at.
  default void decide(QueryBlock block) {}

  /// Turns the scores of a tile into weights.
  void weigh(QueryBlock block, int first);

  /// Keeps the numbers of a query, once all tiles were weighed; `row` is its number over all.
  void keep(QueryBlock block, int query, RowNumbers numbers, int row);

  /// Sets the numbers of a query again.
  void load(QueryBlock block, int query, RowNumbers numbers, int row);

  /// How weights follow from scores once the numbers are set.
  WeightRule rule();

  /// Leaves out of a tile's scores what has no weight by what the row decided.
  default void again(QueryBlock block, int first) {}

  /// `delta` of a query whose rates and gradients all were added up.
  float delta(BackwardBlock block, int query);

  /// The gradient that a query gives to the head's learned number.
  default float learned(BackwardBlock block, int query) {
    return 0;
  }

  /// For head `h` of a call.
  static BlockNormalizer of(BoundCall call, int h, Kernels kernels, Workspace scratch) {
    return switch (call.attention.normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _ ->
          new Online(kernels.attention(), call.sinkLogit(h));
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ ->
          new Entmax(kernels.normalizers(), call.alpha(h), reach(scratch));
      case Normalizer.Sigmoid(double bias) ->
          new Pointwise(kernels.normalizers(), new WeightRule.Logistic((float) bias));
      case Normalizer.Relu(double power, double divisor) ->
          new Pointwise(
              kernels.normalizers(), new WeightRule.Ramp(1, (float) power, (float) (1 / divisor)));
    };
  }

  private static Reach reach(Workspace scratch) {
    return scratch.keep(Reach.class, _ -> true, Reach::new);
  }

  /// Softmax, with or without a sink: one look, weights relative to the largest score so far. Keeps
  /// the logarithm of what the row adds up to.
  record Online(AttentionTiles tiles, float sink) implements BlockNormalizer {
    @Override
    public void weigh(QueryBlock block, int first) {
      tiles.weigh(block);
    }

    @Override
    public void keep(QueryBlock block, int query, RowNumbers numbers, int row) {
      numbers.set(0, row, block.logSum(query));
    }

    @Override
    public void load(QueryBlock block, int query, RowNumbers numbers, int row) {
      block.row(query, numbers.at(0, row), 0);
    }

    @Override
    public WeightRule rule() {
      return new WeightRule.Exponential();
    }

    @Override
    public float delta(BackwardBlock block, int query) {
      return block.rateGradient(query);
    }

    /// The sink's: its weight is `exp(sink - L)`.
    @Override
    public float learned(BackwardBlock block, int query) {
      double weight = Math.exp(sink - (double) block.queries().origin(query));
      return (float) (-weight * block.delta(query));
    }
  }

  /// Each key for itself: rows keep nothing.
  record Pointwise(NormalizerTiles tiles, WeightRule rule) implements BlockNormalizer {
    @Override
    public void weigh(QueryBlock block, int first) {
      tiles.weigh(block, rule);
    }

    @Override
    public void keep(QueryBlock block, int query, RowNumbers numbers, int row) {}

    @Override
    public void load(QueryBlock block, int query, RowNumbers numbers, int row) {
      block.row(query, 0, 0);
    }

    @Override
    public float delta(BackwardBlock block, int query) {
      return 0;
    }
  }

  /// Sparsemax and entmax: a first look collects the scores that can have a weight and finds the
  /// threshold. Keeps the largest score and the threshold from there.
  record Entmax(NormalizerTiles tiles, double alpha, Reach reach) implements BlockNormalizer {
    public Entmax {
      reach.start((float) (1 / (alpha - 1)));
    }

    @Override
    public boolean looksFirst() {
      return true;
    }

    @Override
    public void look(QueryBlock block, int first) {
      tiles.collect(block, reach);
    }

    @Override
    public void decide(QueryBlock block) {
      tiles.settle(block, reach, rule());
    }

    @Override
    public void weigh(QueryBlock block, int first) {
      tiles.weigh(block, rule());
    }

    @Override
    public void keep(QueryBlock block, int query, RowNumbers numbers, int row) {
      numbers.set(0, row, block.origin(query));
      numbers.set(1, row, block.offset(query));
    }

    @Override
    public void load(QueryBlock block, int query, RowNumbers numbers, int row) {
      block.row(query, numbers.at(0, row), numbers.at(1, row));
    }

    @Override
    public WeightRule.Ramp rule() {
      return new WeightRule.Ramp((float) (alpha - 1), (float) (1 / (alpha - 1)), 1);
    }

    @Override
    public float delta(BackwardBlock block, int query) {
      float rates = block.rateSum(query);
      return rates == 0 ? 0 : block.rateGradient(query) / rates;
    }

    /// The exponent's.
    @Override
    public float learned(BackwardBlock block, int query) {
      return (float)
          RowNormalizer.alphaGradient(
              alpha,
              delta(block, query),
              block.weightGradient(query),
              block.information(query),
              block.informationGradient(query));
    }
  }
}
