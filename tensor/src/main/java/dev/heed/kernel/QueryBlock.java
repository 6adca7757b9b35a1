package dev.heed.kernel;

import dev.heed.tensor.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/// Up to 32 queries of one head on their way through the keys, and the scores of one tile.
///
/// Everything is held with the queries side by side, one a lane, so that a softmax over keys is an
/// operation between lanes' own numbers and the scores are, as they are computed, the panel that
/// the weighted sum multiplies with. Keys and values are read where they lie.
public final class QueryBlock {
  /// Queries of a full block.
  public static final int QUERIES = ProductTile.COLUMNS;

  /// Keys of a full tile: a multiple of every register tile's rows, and scores that fit the cache.
  public static final int KEYS = 252;

  static final double LOG2_E = 1 / Math.log(2);

  /// For the scores of tiles, and for their sums of values.
  final LatestTile scoreTile = new LatestTile();

  final LatestTile sumTile = new LatestTile();

  final int width;
  final int valueWidth;

  /// The queries times the scale, `[E][32]`.
  final float[] queries;

  /// Scores, then weights, `[KEYS][32]`.
  final float[] scores;

  /// Weighted sums of values, `[W][32]`.
  final float[] sums;

  /// The largest score so far times `log2(e)`, `[32]`.
  final float[] maxima = new float[QUERIES];

  /// What the weights so far add up to, `[32]`.
  final float[] totals = new float[QUERIES];

  /// What the last tile's larger maximum makes of older sums, `[32]`.
  final float[] factors = new float[QUERIES];

  /// What a [WeightRule] reads of each row, `[32]`.
  final float[] origins = new float[QUERIES];

  final float[] offsets = new float[QUERIES];

  /// The least score that a row selected, and the last key that has it among those that it
  /// selected, `[32]`.
  final float[] leasts = new float[QUERIES];

  final int[] lasts = new int[QUERIES];

  /// A bit for each query that sees a key of the tile, `[KEYS]`; valid where [#hidden].
  final int[] visible = new int[KEYS];

  /// Positions of the queries, `[32]`; what a modifier reads.
  final int[] positions = new int[QUERIES];

  /// Room for a panel as large as the scores, once somebody has asked for it.
  private float[] spare = {};

  /// Room for what a step writes down for itself, as much as one has asked for.
  private float[] room = {};

  /// Queries that are there.
  int count;

  /// Keys of the tile.
  int keys;

  /// Whether some query of the tile may not see some key.
  boolean hidden;

  /// @param width numbers of a query
  /// @param valueWidth numbers of a value
  public QueryBlock(int width, int valueWidth) {
    this.width = width;
    this.valueWidth = valueWidth;
    queries = new float[width * QUERIES];
    scores = new float[KEYS * QUERIES];
    sums = new float[valueWidth * QUERIES];
  }

  /// Bytes that a block of these widths takes.
  public static long bytes(int width, int valueWidth) {
    return 4L * QUERIES * (width + KEYS + valueWidth + 4) + 4L * KEYS;
  }

  /// Whether this block serves queries and values of these widths.
  public boolean fits(int width, int valueWidth) {
    return this.width == width && this.valueWidth == valueWidth;
  }

  /// How many keys the tile has.
  public int keys() {
    return keys;
  }

  /// `log Σ exp(score)` of a query over all that it saw, the sink included; `+∞` for a query that
  /// saw nothing, so that `exp(score - it)` is zero.
  public float logSum(int query) {
    return totals[query] == 0
        ? Float.POSITIVE_INFINITY
        : (float) ((maxima[query] + Math.log(totals[query]) * LOG2_E) / LOG2_E);
  }

  /// Sets what a [WeightRule] reads of the row of a query.
  public void row(int query, float origin, float offset) {
    origins[query] = origin;
    offsets[query] = offset;
  }

  /// Sets what [NormalizerTiles#select] selects for a query: keys with scores above `least`, and
  /// those with that score up to key `last`.
  public void select(int query, float least, int last) {
    leasts[query] = least;
    lasts[query] = last;
  }

  /// What [#select] was told.
  public float least(int query) {
    return leasts[query];
  }

  /// What [#select] was told.
  public int last(int query) {
    return lasts[query];
  }

  /// Sets what the weights of a query that saw something add up to, relative to its largest score.
  public void weighed(int query, float largest, float total) {
    maxima[query] = (float) (largest * LOG2_E);
    totals[query] = total;
  }

  /// Sets for [WeightRule.Exponential] what the rows added up to; a row without anything gives
  /// weights of 0.
  public void close() {
    for (int query = 0; query < QUERIES; query++) {
      boolean nothing = totals[query] == 0;
      origins[query] = nothing ? 0 : maxima[query];
      offsets[query] =
          nothing ? Float.POSITIVE_INFINITY : (float) (Math.log(totals[query]) * LOG2_E);
    }
  }

  /// What [#row] was told.
  public float origin(int query) {
    return origins[query];
  }

  /// What [#row] was told.
  public float offset(int query) {
    return offsets[query];
  }

  /// Takes the scores, or weights, of a tile from a map, all of them visible.
  ///
  /// @param at where those of the first query begin
  /// @param stride from a query to the next
  /// @param count keys of the tile
  public void read(float[] map, int at, int stride, int count) {
    keys = Objects.checkIndex(count, KEYS + 1);
    hidden = false;
    for (int query = 0; query < this.count; query++) {
      int from = at + query * stride;
      for (int key = 0; key < count; key++) {
        scores[key * QUERIES + query] = map[from + key];
      }
    }
  }

  /// Writes the scores, or weights, of the tile to a map.
  ///
  /// @param unseen what is written for a key that a query does not see
  public void write(float[] map, int at, int stride, float unseen) {
    for (int query = 0; query < count; query++) {
      int to = at + query * stride;
      for (int key = 0; key < keys; key++) {
        map[to + key] = sees(query, key) ? scores[key * QUERIES + query] : unseen;
      }
    }
  }

  /// Says that weights are as they are and not relative to what more tiles will bring.
  public void settle() {
    Arrays.fill(totals, 1);
    Arrays.fill(factors, 1);
  }

  void begin(Matrix matrix, float sink) {
    check("start", "queries", matrix, QUERIES, width);
    count = matrix.rows();
    float maximum = (float) (sink * LOG2_E);
    boolean absent = sink == Float.NEGATIVE_INFINITY;
    float total = absent ? 0 : (float) Math.pow(2, sink * LOG2_E - maximum);
    Arrays.fill(maxima, maximum);
    Arrays.fill(totals, total);
    Arrays.fill(sums, 0);
    Arrays.fill(origins, 0);
    Arrays.fill(offsets, 0);
  }

  void tile(Matrix matrix) {
    check("score", "keys", matrix, KEYS, width);
    keys = matrix.rows();
    hidden = false;
  }

  /// Room for a panel as large as the scores; nothing in it lasts.
  float[] spare() {
    if (spare.length == 0) {
      spare = new float[KEYS * QUERIES];
    }
    return spare;
  }

  /// Room for as many numbers; nothing in it lasts beyond a step.
  float[] room(int size) {
    if (room.length < size) {
      room = new float[size];
    }
    return room;
  }

  /// Checks numbers of each place of the tile, `[n, keys]`.
  void checkRows(Matrix matrix) {
    if (matrix.rows() != count || matrix.columns() != keys || matrix.columnStride() != 1) {
      throw new ShapeException(
          "tile: rows %s do not fit %d queries and %d keys; one contiguous row a query"
              .formatted(matrix, count, keys));
    }
  }

  void checkValues(Matrix matrix) {
    check("sum", "values", matrix, keys, valueWidth);
    if (matrix.rows() != keys || matrix.columnStride() != 1) {
      throw new ShapeException(
          "sum: values %s do not fit the %d keys of the tile; one contiguous row a key"
              .formatted(matrix, keys));
    }
  }

  void checkOut(Matrix matrix) {
    check("finish", "out", matrix, count, valueWidth);
    if (matrix.rows() != count || matrix.columnStride() != 1) {
      throw new ShapeException(
          "finish: out %s does not fit %d queries; one contiguous row a query"
              .formatted(matrix, count));
    }
  }

  private static void check(String step, String name, Matrix matrix, int rows, int columns) {
    if (matrix.rows() > rows || matrix.columns() != columns) {
      throw new ShapeException(
          "%s: %s %s do not fit the block; up to [%d, %d] would"
              .formatted(step, name, matrix, rows, columns));
    }
  }

  /// Notes what of the tile queries see, as one word of bits a key.
  void see(int first, int count, int[] words, int from) {
    Objects.checkFromIndexSize(first, count, keys);
    beginHiding();
    System.arraycopy(words, from, visible, first, count);
  }

  /// Says that something of the tile is hidden, at first nothing.
  void beginHiding() {
    if (!hidden) {
      Arrays.fill(visible, 0, keys, -1);
      hidden = true;
    }
  }

  /// Whether query `query` sees key `key` of the tile.
  boolean sees(int query, int key) {
    return !hidden || (visible[key] >>> query & 1) != 0;
  }
}
