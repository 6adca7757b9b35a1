package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.NormalizerTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Reach;
import dev.heed.kernel.TopKeys;
import dev.heed.kernel.WeightRule;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.function.IntFunction;

/// How the scores of one block of queries of one head become weights, tile by tile, and what is
/// kept of each row so that they can become so again.
sealed interface BlockNormalizer
    permits BlockNormalizer.Softmax,
        BlockNormalizer.Selected,
        BlockNormalizer.Pointwise,
        BlockNormalizer.Entmax,
        BlockSelection {
  /// Whether rows have numbers that a first look at all tiles must find.
  default boolean looksFirst() {
    return false;
  }

  /// Looks at the scores of a tile that begins at key `first`.
  default void look(QueryBlock block, int first) {}

  /// Finds the numbers of the rows, once all tiles were looked at.
  default void decide(QueryBlock block) {}

  /// Whether a row that sees `keys` keys is mixed of so few of them that [#mix] costs less than a
  /// second look at all tiles.
  default boolean mixesFew(int keys) {
    return false;
  }

  /// Mixes the row of a query, whose weights sum to 1, where [#mixesFew].
  ///
  /// @param values what gives a key's value, `[1, W]`, valid until the next one
  /// @param out `[1, W]`
  default void mix(QueryBlock block, int query, IntFunction<Matrix> values, Matrix out) {}

  /// Turns the scores of a tile into weights.
  void weigh(QueryBlock block, int first);

  /// Whether a row's numbers are known only once all its scores were weighed.
  default boolean knowsLast() {
    return true;
  }

  /// Sets the numbers of the rows, once all tiles were weighed.
  default void finish(QueryBlock block) {}

  /// Keeps the numbers of a query; `row` is its number over all batches and heads.
  default void keep(QueryBlock block, int query, RowNumbers numbers, int row) {
    numbers.set(0, row, block.origin(query));
    numbers.set(1, row, block.offset(query));
  }

  /// Sets the numbers of a query again.
  default void load(QueryBlock block, int query, RowNumbers numbers, int row) {
    block.row(query, numbers.at(0, row), numbers.at(1, row));
  }

  /// How weights follow from scores once the numbers are set.
  WeightRule rule();

  /// Leaves out of a tile's scores what has no weight by what the row decided.
  default void again(QueryBlock block, int first) {}

  /// `delta` of a query whose rates and gradients all were added up.
  float delta(BackwardBlock block, int query);

  /// The gradient that a query gives to the head's learned number.
  default double learned(BackwardBlock block, int query) {
    return 0;
  }

  /// The weight that went to the sink of a query whose numbers are set.
  default double sinkWeight(QueryBlock block, int query) {
    return 0;
  }

  /// For a block of queries of a call.
  static BlockNormalizer of(BoundCall call, MapTile queries, Kernels kernels, Workspace scratch) {
    int h = queries.h();
    return switch (call.attention.normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _ ->
          new Softmax(kernels.attention(), call.sinkLogit(h));
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ ->
          new Entmax(
              kernels.normalizers(),
              call.alpha(h),
              scratch.keep(Reach.class, _ -> true, Reach::new));
      case Normalizer.TopK(int count) ->
          new Selected(
              kernels,
              new Softmax(kernels.attention(), Float.NEGATIVE_INFINITY),
              scratch.keep(TopKeys.class, _ -> true, TopKeys::new),
              count,
              scratch);
      case Normalizer.BlockTopK(int _, int count) ->
          new BlockSelection(call, queries.b(), kernels, count);
      case Normalizer.Sigmoid(double bias) ->
          new Pointwise(kernels.normalizers(), new WeightRule.Logistic((float) bias));
      case Normalizer.Relu(double power, double divisor) ->
          new Pointwise(
              kernels.normalizers(), new WeightRule.Ramp(1, (float) power, (float) (1 / divisor)));
    };
  }

  /// Softmax, with or without a sink: one look, weights relative to the largest score so far. Keeps
  /// the largest score in powers of two and the logarithm of what the row adds up to beside it.
  record Softmax(AttentionTiles tiles, float sink) implements BlockNormalizer {
    private static final double LOG2_E = 1 / Math.log(2);

    @Override
    public void weigh(QueryBlock block, int first) {
      tiles.weigh(block);
    }

    @Override
    public void finish(QueryBlock block) {
      block.close();
    }

    @Override
    public WeightRule rule() {
      return new WeightRule.Exponential();
    }

    @Override
    public float delta(BackwardBlock block, int query) {
      return block.rateGradient(query);
    }

    /// The sink's.
    @Override
    public double learned(BackwardBlock block, int query) {
      return -sinkWeight(block.queries(), query) * block.delta(query);
    }

    @Override
    public double sinkWeight(QueryBlock block, int query) {
      return Math.pow(2, sink * LOG2_E - block.origin(query) - block.offset(query));
    }
  }

  /// Softmax of the largest scores: a first look finds them. Keeps besides the least of them and
  /// the last key that has it.
  record Selected(Kernels kernels, Softmax softmax, TopKeys top, int most, Workspace scratch)
      implements BlockNormalizer {
    /// Keys that are weighed in tiles in the time that one is mixed by itself, about.
    private static final int TILES_ARE_FASTER = 8;

    public Selected {
      top.start(most, Float.NEGATIVE_INFINITY);
    }

    @Override
    public boolean mixesFew(int keys) {
      return (long) most * TILES_ARE_FASTER <= keys;
    }

    @Override
    public void mix(QueryBlock block, int query, IntFunction<Matrix> values, Matrix out) {
      Arrays.fill(out.array(), out.offset(), out.offset() + out.columns(), 0);
      int count = top.count(query);
      if (count == 0) {
        return;
      }
      float[] weights = top.numbers(query);
      float largest = kernels.lookup().largest(weights, 0, count);
      float total = kernels.lookup().exponentials(largest, weights, 0, count);
      block.weighed(query, largest, total);
      Workspace.Mark mark = scratch.mark();
      Tensor few = scratch.take(count, out.columns());
      for (int n = 0; n < count; n++) {
        weights[n] /= total;
        Matrix value = values.apply(top.keys(query)[n]);
        int to = few.offset() + n * out.columns();
        System.arraycopy(value.array(), value.offset(), few.array(), to, out.columns());
      }
      Matrix row = new Matrix(weights, 0, 1, count, count, 1);
      kernels.lookup().mix(row, Matrix.of(few), out);
      scratch.release(mark);
    }

    @Override
    public boolean looksFirst() {
      return true;
    }

    @Override
    public void look(QueryBlock block, int first) {
      kernels.observers().collect(block, top, first);
    }

    @Override
    public void decide(QueryBlock block) {
      top.settle(block);
    }

    @Override
    public void weigh(QueryBlock block, int first) {
      again(block, first);
      softmax.weigh(block, first);
    }

    @Override
    public void finish(QueryBlock block) {
      softmax.finish(block);
    }

    @Override
    public void keep(QueryBlock block, int query, RowNumbers numbers, int row) {
      softmax.keep(block, query, numbers, row);
      numbers.set(2, row, block.least(query));
      numbers.set(3, row, Float.intBitsToFloat(block.last(query)));
    }

    @Override
    public void load(QueryBlock block, int query, RowNumbers numbers, int row) {
      softmax.load(block, query, numbers, row);
      block.select(query, numbers.at(2, row), Float.floatToRawIntBits(numbers.at(3, row)));
    }

    @Override
    public void again(QueryBlock block, int first) {
      kernels.normalizers().select(block, first);
    }

    @Override
    public WeightRule rule() {
      return softmax.rule();
    }

    @Override
    public float delta(BackwardBlock block, int query) {
      return softmax.delta(block, query);
    }
  }

  /// Each key for itself: rows keep nothing.
  record Pointwise(NormalizerTiles tiles, WeightRule rule) implements BlockNormalizer {
    @Override
    public void weigh(QueryBlock block, int first) {
      tiles.weigh(block, rule);
    }

    @Override
    public boolean knowsLast() {
      return false;
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
    public boolean knowsLast() {
      return false;
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
    public double learned(BackwardBlock block, int query) {
      return RowNormalizer.alphaGradient(
          alpha,
          delta(block, query),
          block.weightGradient(query),
          block.information(query),
          block.informationGradient(query));
    }
  }
}
