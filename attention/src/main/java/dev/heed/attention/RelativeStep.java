package dev.heed.attention;

import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.ModifierTiles;
import dev.heed.kernel.Products;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// Modifiers `shaw` and `xl` on one block of queries.
///
/// All keys of distances are multiplied with the block's queries once. Where its positions follow
/// one another, what a key of the tile adds to 32 queries is a row of the products laid askew, so
/// that each tile reads rows as they lie. On the way back, products lead what the distances got to
/// the queries and to the keys.
final class RelativeStep implements ModifierStep {
  private static final int QUERIES = QueryBlock.QUERIES;

  /// From the product of a query to that of the next one at the next place.
  private static final int DIAGONAL = QUERIES - 1;

  private final ModifierTiles tiles;
  private final Products multiplier;
  private final Workspace scratch;
  private final BoundCall call;
  private final MapTile queries;
  private final RelativeKeys keys;
  private final DistanceTable places;
  private final LearnedSteps.Learning learning;
  private final double after;

  /// The queries with their bias, times the score's scale, `[32, E]`, zeros behind the last.
  private final Tensor rows;

  /// What each distance adds to each query, `[2 reach + 1, 32]`.
  private final Tensor products;

  /// The products askew: row `m`, query `t` is that of distance `m + t` in the table.
  private final Tensor askew;

  /// What [#askew] and [#products] get; of no length where nothing is learned.
  private final Tensor sums;

  private final Tensor got;

  private float[] tile = {};
  private int[] starts = {};

  RelativeStep(LearnedSteps of, RelativeKeys keys, double after) {
    this.tiles = of.kernels().modifiers();
    this.multiplier = of.kernels().products();
    this.scratch = of.scratch();
    this.call = of.call();
    this.queries = of.queries();
    this.keys = keys;
    this.learning = of.learning();
    this.after = after;
    this.places = new DistanceTable(call, queries, keys.reach());
    this.rows = scratch.take(QUERIES, keys.width());
    this.products = scratch.take(keys.count(), QUERIES);
    this.askew = scratch.take(places.isInOrder() ? places.size() - QUERIES + 1 : 0, QUERIES);
    boolean learns = learning.sums().isPresent();
    this.sums = scratch.take(learns ? askew.axis(0) : 0, QUERIES);
    this.got = scratch.take(learns ? keys.count() : 0, QUERIES);
    sums.fill(0);
    got.fill(0);
    copyQueries();
    multiplier.multiply(keys.matrix(), Matrix.of(rows).transpose(), Matrix.of(products), scratch);
    for (int m = 0; m < askew.axis(0); m++) {
      copyAskew(m);
    }
  }

  private void copyQueries() {
    rows.fill(0);
    int width = keys.width();
    for (int t = 0; t < queries.queries(); t++) {
      float[] row = keys.query(call.queries, queries.b(), queries.h(), queries.t0() + t);
      RowMap.add(
          (float) call.scale,
          new Row(row, 0),
          new Row(rows.array(), rows.offset() + t * width),
          width);
    }
  }

  /// Copies what is beyond the reach a number at a time, and else along a diagonal.
  private void copyAskew(int m) {
    float[] from = products.array();
    float[] to = askew.array();
    int at = askew.offset() + m * QUERIES;
    int first = products.offset() + product(m, 0);
    int last = products.offset() + product(m + QUERIES - 1, QUERIES - 1);
    if (first - last == DIAGONAL * (QUERIES - 1)) {
      for (int t = 0; t < QUERIES; t++) {
        to[at + t] = from[first - t * DIAGONAL];
      }
      return;
    }
    for (int t = 0; t < QUERIES; t++) {
      to[at + t] = from[products.offset() + product(m + t, t)];
    }
  }

  /// Where the product of a place of the table and query `t` is.
  private int product(int place, int t) {
    return keys.index(-places.distance(place)) * QUERIES + t;
  }

  @Override
  public void forward(QueryBlock block, int first) {
    int count = block.keys();
    if (places.isInOrder()) {
      tiles.addWindows(block, askew.array(), starts(first, count, askew));
      return;
    }
    Matrix each = tile(count);
    for (int t = 0; t < each.rows(); t++) {
      for (int s = 0; s < count; s++) {
        int place = product(places.place(t, first + s), t);
        tile[t * count + s] = products.array()[products.offset() + place];
      }
    }
    tiles.addRows(block, each);
  }

  private int[] starts(int first, int count, Tensor table) {
    starts = starts.length == 0 ? new int[QueryBlock.KEYS] : starts;
    int[] places = this.places.starts(first, count);
    for (int s = 0; s < count; s++) {
      starts[s] = table.offset() + places[s] * QUERIES;
    }
    return starts;
  }

  private Matrix tile(int count) {
    tile = tile.length == 0 ? new float[QUERIES * QueryBlock.KEYS] : tile;
    return new Matrix(tile, 0, queries.queries(), count, count, 1);
  }

  @Override
  public void back(BackwardBlock block, int first) {
    int count = block.queries().keys();
    if (places.isInOrder()) {
      tiles.sumWindows(block, sums.array(), starts(first, count, sums));
      return;
    }
    Matrix each = tile(count);
    Arrays.fill(tile, 0, each.rows() * count, 0);
    tiles.sumRows(block, 1, each);
    for (int t = 0; t < each.rows(); t++) {
      for (int s = 0; s < count; s++) {
        int place = product(places.place(t, first + s), t);
        got.array()[got.offset() + place] += tile[t * count + s];
      }
    }
  }

  @Override
  public void finish() {
    if (learning.sums().isEmpty()) {
      return;
    }
    for (int m = 0; m < sums.axis(0); m++) {
      addAskew(m);
    }
    Workspace.Mark mark = scratch.mark();
    Tensor dRows = scratch.take(QUERIES, keys.width());
    multiplier.multiply(
        Matrix.of(got).transpose(), finite(keys.matrix()), Matrix.of(dRows), scratch);
    giveQueries(dRows);
    double[] ofKeys = learning.of(keys.name(), queries);
    if (ofKeys.length > 0) {
      Tensor dKeys = scratch.take(keys.count(), keys.width());
      multiplier.multiply(Matrix.of(got), finite(Matrix.of(rows)), Matrix.of(dKeys), scratch);
      for (int n = 0; n < ofKeys.length; n++) {
        ofKeys[n] += (float) after * dKeys.array()[dKeys.offset() + n];
      }
    }
    scratch.release(mark);
  }

  /// The other way of [#copyAskew].
  private void addAskew(int m) {
    float[] from = sums.array();
    float[] to = got.array();
    int at = sums.offset() + m * QUERIES;
    int first = got.offset() + product(m, 0);
    int last = got.offset() + product(m + QUERIES - 1, QUERIES - 1);
    if (first - last == DIAGONAL * (QUERIES - 1)) {
      for (int t = 0; t < QUERIES; t++) {
        to[first - t * DIAGONAL] += from[at + t];
      }
      return;
    }
    for (int t = 0; t < QUERIES; t++) {
      to[got.offset() + product(m + t, t)] += from[at + t];
    }
  }

  private void giveQueries(Tensor dRows) {
    double[] ofBias =
        keys.bias().map(bias -> learning.of(bias.name(), queries)).orElse(new double[0]);
    HeadView dq = learning.queries().orElseThrow();
    int width = keys.width();
    float factor = (float) (after * call.scale);
    for (int t = 0; t < queries.queries(); t++) {
      Row row = new Row(dRows.array(), dRows.offset() + t * width);
      int at = dq.row(queries.b(), queries.h(), queries.t0() + t);
      RowMap.add(factor, row, new Row(dq.array(), at), width);
      for (int e = 0; e < ofBias.length; e++) {
        ofBias[e] += factor * row.array()[row.from() + e];
      }
    }
  }

  /// The numbers, or where some are not finite, a copy with 0 in their place: a gradient of 0 gives
  /// nothing, and where they counted the gradients are NaN themselves.
  private Matrix finite(Matrix numbers) {
    if (numbers.isFinite()) {
      return numbers;
    }
    Tensor copy = scratch.take(numbers.rows(), numbers.columns());
    for (int n = 0; n < copy.size(); n++) {
      int row = n / numbers.columns() * numbers.rowStride();
      float number = numbers.array()[numbers.offset() + row + n % numbers.columns()];
      copy.array()[copy.offset() + n] = Float.isFinite(number) ? number : 0;
    }
    return Matrix.of(copy);
  }
}
