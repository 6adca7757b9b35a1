package dev.heed.attention;

import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.ModifierTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Rows.Row;
import java.util.Arrays;

/// Modifiers `shaw` and `xl` on one block of queries.
///
/// The block's queries are multiplied with all keys of distances once. Where its positions follow
/// one another, what a key of the tile adds to 32 queries is a row of the products laid askew, so
/// that each tile reads rows as they lie.
final class RelativeStep implements ModifierStep {
  private static final int QUERIES = QueryBlock.QUERIES;

  private final ModifierTiles tiles;
  private final BoundCall call;
  private final MapTile queries;
  private final RelativeKeys keys;
  private final DistanceTable places;
  private final LearnedSteps.Learning learning;
  private final double after;

  /// The queries with their bias, `[n, E]`.
  private final float[] rows;

  /// What each distance adds to each query, `[n, 2 reach + 1]`.
  private final float[] products;

  /// The products askew: place `m`, query `t` is that of distance `m + t` in the table.
  private final float[] askew;

  /// What [#askew] gets.
  private final float[] sums;

  /// What [#products] get, once something comes.
  private float[] got = {};

  private float[] tile = {};
  private int[] starts = {};

  RelativeStep(LearnedSteps of, RelativeKeys keys, double after) {
    this.tiles = of.kernels().modifiers();
    this.call = of.call();
    this.queries = of.queries();
    this.keys = keys;
    this.learning = of.learning();
    this.after = after;
    this.places = new DistanceTable(call, queries, keys.reach());
    int width = keys.width();
    int count = queries.queries();
    this.rows = new float[count * width];
    for (int t = 0; t < count; t++) {
      float[] row = keys.query(call.queries, queries.b(), queries.h(), queries.t0() + t);
      System.arraycopy(row, 0, rows, t * width, width);
    }
    this.products = new float[count * keys.count()];
    Matrix all =
        new Matrix(keys.keys().array(), keys.from(), keys.count(), width, keys.stride(), 1);
    of.kernels()
        .lookup()
        .dots(
            (float) call.scale,
            Matrix.of(rows, count, width),
            all,
            Matrix.of(products, count, keys.count()));
    int askewRows = places.isInOrder() ? places.size() - QUERIES + 1 : 0;
    this.askew = new float[askewRows * QUERIES];
    for (int m = 0; m < askewRows; m++) {
      for (int t = 0; t < count; t++) {
        askew[m * QUERIES + t] = products[t * keys.count() + index(m + t)];
      }
    }
    this.sums = new float[learning.sums().isPresent() ? askew.length : 0];
  }

  /// The number of the key for a place of the table.
  private int index(int place) {
    return keys.index(-places.distance(place));
  }

  @Override
  public void forward(QueryBlock block, int first) {
    int count = block.keys();
    if (places.isInOrder()) {
      tiles.addWindows(block, askew, starts(first, count));
      return;
    }
    Matrix each = tile(count);
    for (int t = 0; t < each.rows(); t++) {
      for (int s = 0; s < count; s++) {
        tile[t * count + s] = products[t * keys.count() + index(places.place(t, first + s))];
      }
    }
    tiles.addRows(block, each);
  }

  private int[] starts(int first, int count) {
    starts = starts.length == 0 ? new int[QueryBlock.KEYS] : starts;
    int[] places = this.places.starts(first, count);
    for (int s = 0; s < count; s++) {
      starts[s] = places[s] * QUERIES;
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
      tiles.sumWindows(block, sums, starts(first, count));
      return;
    }
    Matrix each = tile(count);
    Arrays.fill(tile, 0, each.rows() * count, 0);
    tiles.sumRows(block, 1, each);
    clearProducts();
    for (int t = 0; t < each.rows(); t++) {
      for (int s = 0; s < count; s++) {
        got[t * keys.count() + index(places.place(t, first + s))] += tile[t * count + s];
      }
    }
  }

  private void clearProducts() {
    if (got.length == 0) {
      got = new float[products.length];
    }
  }

  @Override
  public void finish() {
    if (learning.sums().isEmpty()) {
      return;
    }
    clearProducts();
    for (int n = 0; n < sums.length; n++) {
      if (n % QUERIES < queries.queries()) {
        got[n % QUERIES * keys.count() + index(n / QUERIES + n % QUERIES)] += sums[n];
      }
    }
    double[] ofKeys = learning.of(keys.name(), queries);
    double[] ofBias =
        keys.bias().map(bias -> learning.of(bias.name(), queries)).orElse(new double[0]);
    HeadView dq = learning.queries().orElseThrow();
    float[] row = new float[keys.width()];
    for (int t = 0; t < queries.queries(); t++) {
      Arrays.fill(row, 0);
      back(t, row, ofKeys);
      int at = dq.row(queries.b(), queries.h(), queries.t0() + t);
      RowMap.add(1, new Row(row, 0), new Row(dq.array(), at), row.length);
      for (int e = 0; e < ofBias.length; e++) {
        ofBias[e] += row[e];
      }
    }
  }

  /// Leads what the products of query `t` got back to it and to the keys.
  private void back(int t, float[] dq, double[] ofKeys) {
    int width = dq.length;
    for (int index = 0; index < keys.count(); index++) {
      float gradient = (float) (after * call.scale * got[t * keys.count() + index]);
      if (gradient != 0) {
        RowMap.add(gradient, new Row(keys.keys().array(), keys.row(index)), new Row(dq, 0), width);
        for (int e = 0; e < width && ofKeys.length > 0; e++) {
          ofKeys[index * width + e] += gradient * rows[t * width + e];
        }
      }
    }
  }
}
