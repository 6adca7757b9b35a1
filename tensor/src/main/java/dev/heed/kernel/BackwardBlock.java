package dev.heed.kernel;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;

/// Up to 32 queries of one head on their way back through the keys: beside the [QueryBlock] with
/// their scores what the gradients take.
public final class BackwardBlock {
  /// Keys of a full tile: a multiple of every register tile's rows, and weights and gradients that
  /// stay in the first cache together.
  public static final int KEYS = 108;

  private static final int QUERIES = QueryBlock.QUERIES;

  final QueryBlock block;

  /// For the gradients of weights, and for those of queries.
  final LatestTile weightTile = new LatestTile();

  final LatestTile queryTile = new LatestTile();

  /// The gradients of the results, `[W][32]`.
  final float[] outs;

  /// The same as panels of rows, `[W / 32][32][32]`, and the queries times all factors, `[E /
  /// 32][32][32]`.
  final float[] outRows;

  final float[] queryRows;

  /// The gradients of the weights, then of the scores, `[KEYS][32]`.
  final float[] gradients = new float[KEYS * QUERIES];

  /// The derivatives of the tile's scores by those before the modifiers, `[KEYS][32]`; valid where
  /// [#sloped].
  final float[] slopes = new float[KEYS * QUERIES];

  /// The rates of the tile's weights, `[KEYS][32]`; not written where they are the weights.
  final float[] ownRates = new float[KEYS * QUERIES];

  /// These, or the weights.
  float[] rates = ownRates;

  /// The gradients of the entropies, `[32]`.
  final float[] entropies = new float[QUERIES];

  /// Over all tiles so far, of each query: `Σ rate`, `Σ rate dw`, `Σ w dw`, `-Σ w log w`, `-Σ w log
  /// w dw`.
  final float[] rateSums = new float[QUERIES];

  final float[] rateGradients = new float[QUERIES];
  final float[] weightGradients = new float[QUERIES];
  final float[] information = new float[QUERIES];
  final float[] informationGradients = new float[QUERIES];

  /// The gradients of the queries, `[E][32]`.
  final float[] sums;

  /// `Σ w dw` of each query, which is `dOut · out`, `[32]`.
  final float[] deltas = new float[QUERIES];

  /// One row of each query, `[32][E]`.
  final float[] rows;

  /// Vectors on their way from one method to the next.
  final float[] lanes = new float[4 * QUERIES];

  /// Queries that are there.
  int count;

  float factor;
  boolean sloped;

  /// Whether all queries and gradients of results are finite.
  boolean finite;

  /// @param width numbers of a query
  /// @param valueWidth numbers of a value
  public BackwardBlock(int width, int valueWidth) {
    block = new QueryBlock(width, valueWidth);
    outs = new float[valueWidth * QUERIES];
    outRows = new float[KeyGradients.panels(valueWidth) * QUERIES * ProductTile.COLUMNS];
    queryRows = new float[KeyGradients.panels(width) * QUERIES * ProductTile.COLUMNS];
    sums = new float[width * QUERIES];
    rows = new float[width * QUERIES];
  }

  /// Bytes that a block of these widths takes.
  public static long bytes(int width, int valueWidth) {
    return QueryBlock.bytes(width, valueWidth)
        + 4L * QUERIES * (3L * width + 2L * valueWidth + 3 * KEYS + 8);
  }

  /// Whether this block serves queries and values of these widths.
  public boolean fits(int width, int valueWidth) {
    return block.fits(width, valueWidth);
  }

  /// The queries and their scores.
  public QueryBlock queries() {
    return block;
  }

  /// `Σ w dw` of a query of the block.
  public float delta(int query) {
    return deltas[query];
  }

  /// Sets `Σ w dw` of a query, or what takes its place.
  public void delta(int query, float delta) {
    deltas[query] = delta;
  }

  /// Sets the gradient of the entropy of a query.
  public void entropy(int query, float gradient) {
    entropies[query] = gradient;
  }

  /// `Σ rate` of a query over all tiles that were added up.
  public float rateSum(int query) {
    return rateSums[query];
  }

  /// `Σ rate dw`.
  public float rateGradient(int query) {
    return rateGradients[query];
  }

  /// `Σ w dw`.
  public float weightGradient(int query) {
    return weightGradients[query];
  }

  /// `-Σ w log w`.
  public float information(int query) {
    return information[query];
  }

  /// `-Σ w log w dw`.
  public float informationGradient(int query) {
    return informationGradients[query];
  }

  /// Says where rates will be.
  void begin(WeightRule rule) {
    rates = rule.ratesAreWeights() ? block.scores : ownRates;
  }

  void begin(Matrix queries, float factor, Matrix dOut, Matrix out) {
    if (queries.rows() > QUERIES) {
      throw new ShapeException(
          "backward: queries %s do not fit; up to [%d, %d] would"
              .formatted(queries, QUERIES, block.width));
    }
    count = queries.rows();
    check("queries", queries, count, block.width);
    check("dOut", dOut, count, block.valueWidth);
    check("out", out, count, block.valueWidth);
    this.factor = factor;
    sloped = false;
    Arrays.fill(deltas, 0);
    Arrays.fill(entropies, 0);
    for (float[] sums : List.of(rateSums, rateGradients, weightGradients)) {
      Arrays.fill(sums, 0);
    }
    Arrays.fill(information, 0);
    Arrays.fill(informationGradients, 0);
    Arrays.fill(sums, 0);
  }

  /// Sets the gradients of queries that are not there to zero; they may be anything.
  void clearAbsent() {
    for (int s = 0; s < block.keys && count < QUERIES; s++) {
      Arrays.fill(gradients, s * QUERIES + count, (s + 1) * QUERIES, 0);
    }
  }

  void checkTile(Matrix matrix, int columns) {
    check("tile", matrix, block.keys, columns);
    if (block.keys > KEYS) {
      throw new ShapeException(
          "backward: a tile of %d keys does not fit; up to %d would".formatted(block.keys, KEYS));
    }
  }

  static void check(String name, Matrix matrix, int rows, int columns) {
    if (matrix.rows() != rows || matrix.columns() != columns || matrix.columnStride() != 1) {
      throw new ShapeException(
          "backward: %s %s do not fit the block; [%d, %d] with contiguous rows would"
              .formatted(name, matrix, rows, columns));
    }
  }
}
