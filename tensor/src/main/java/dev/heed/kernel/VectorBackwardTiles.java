package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// The tiles of attention's backward with a query in each lane.
///
/// All five products are [ProductTile]s without any packing of keys or values: the gradients of the
/// scores `[S][32]` are, as they are computed, the panel that the transposed keys are multiplied
/// with, and the rows that the block's queries are. Where something is hidden and something is not
/// finite, so that a weight of zero would not make it vanish, the scalar twin takes the step.
final class VectorBackwardTiles implements BackwardTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int COLUMNS = ProductTile.COLUMNS;
  private static final ProductTile KEYS = ProductTile.adding(QUERIES, 1, COLUMNS);

  private final ScalarBackwardTiles scalar = new ScalarBackwardTiles();

  @Override
  public void start(BackwardBlock block, Matrix queries, float factor, Matrix dOut, Matrix out) {
    block.begin(queries, factor, dOut, out);
    // Rows are copied first: what is read row by row comes from memory faster than what is not.
    rows(dOut, block.outRows);
    rows(queries, block.queryRows);
    block.finite = isFinite(queries) && isFinite(dOut);
    for (int row = 0; row < KeyGradients.panels(block.block.width) * QUERIES; row += QUERIES) {
      multiply(block.queryRows, row * COLUMNS, block.count * COLUMNS, factor);
    }
    BlockPacking.pack(dOut, block.outs);
    for (int t = 0; t < block.count; t += 4) {
      for (int row = t; row < Math.min(t + 4, block.count); row++) {
        products(dOut, out, row, block.lanes, (row - t) * LANES);
      }
      VectorLaneSums.sum(block.lanes, 0, block.deltas, t, 1);
      for (int row = t; row < Math.min(t + 4, block.count); row++) {
        block.deltas[row] += rest(dOut, out, row);
      }
    }
  }

  /// The products of two rows, in as many sums as there are lanes.
  private static void products(Matrix a, Matrix b, int row, float[] lanes, int at) {
    int aFrom = a.offset() + row * a.rowStride();
    int bFrom = b.offset() + row * b.rowStride();
    int bound = SPECIES.loopBound(a.columns());
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0; n < bound; n += LANES) {
      sum =
          FloatVector.fromArray(SPECIES, a.array(), aFrom + n)
              .fma(FloatVector.fromArray(SPECIES, b.array(), bFrom + n), sum);
    }
    sum.intoArray(lanes, at);
  }

  /// The products of what of two rows does not fill a vector.
  private static float rest(Matrix a, Matrix b, int row) {
    int aFrom = a.offset() + row * a.rowStride();
    int bFrom = b.offset() + row * b.rowStride();
    float sum = 0;
    for (int n = SPECIES.loopBound(a.columns()); n < a.columns(); n++) {
      sum += a.array()[aFrom + n] * b.array()[bFrom + n];
    }
    return sum;
  }

  /// Rows as panels of 32 columns.
  private static void rows(Matrix from, float[] panels) {
    for (int column = 0; column < from.columns(); column += COLUMNS) {
      int columns = Math.min(COLUMNS, from.columns() - column);
      VectorPanelPacking.copy(
          from.array(),
          from.offset() + column,
          from.rowStride(),
          from.rows(),
          columns,
          panels,
          column * QUERIES);
    }
  }

  private static void multiply(float[] array, int at, int length, float factor) {
    for (int n = at; n < at + length; n += LANES) {
      FloatVector.fromArray(SPECIES, array, n).mul(factor).intoArray(array, n);
    }
  }

  private static boolean isFinite(Matrix rows) {
    for (int row = 0; row < rows.rows(); row++) {
      if (!isFinite(rows.array(), rows.offset() + row * rows.rowStride(), rows.columns())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isFinite(float[] array, int from, int length) {
    int bound = SPECIES.loopBound(length);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int n = 0; n < bound; n += LANES) {
      zero = FloatVector.fromArray(SPECIES, array, from + n).mul(0f).add(zero);
    }
    float rest = 0;
    for (int n = bound; n < length; n++) {
      rest += array[from + n] * 0;
    }
    return rest == 0 && zero.eq(0f).allTrue();
  }

  @Override
  public void slope(BackwardBlock block, float cap) {
    int length = block.block.keys * QUERIES;
    if (!block.sloped) {
      fill(block.slopes, length);
      block.sloped = true;
    }
    slope(block.block.scores, length, 1 / cap, block.slopes);
  }

  private static void fill(float[] slopes, int length) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int n = 0; n < length; n += LANES) {
      one.intoArray(slopes, n);
    }
  }

  private static void slope(float[] scores, int length, float inverse, float[] slopes) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector share = FloatVector.fromArray(SPECIES, scores, n).mul(inverse);
      FloatVector slope = FloatVector.fromArray(SPECIES, slopes, n);
      slope.sub(share.mul(share).mul(slope)).intoArray(slopes, n);
    }
  }

  @Override
  public void gradients(BackwardBlock block, Matrix values) {
    block.checkTile(values, block.block.valueWidth);
    QueryBlock queries = block.block;
    block
        .weightTile
        .writing(values.rowStride(), 1, QUERIES)
        .multiply(
            queries.keys,
            queries.valueWidth,
            values.array(),
            values.offset(),
            block.outs,
            0,
            block.gradients,
            0);
  }

  @Override
  public void weigh(BackwardBlock block) {
    QueryBlock queries = block.block;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      weigh(queries, block.gradients, lane, block.deltas);
    }
    if (block.sloped) {
      multiply(block.gradients, block.slopes, queries.keys * QUERIES);
      block.sloped = false;
    }
    for (int lane = 0; lane < QUERIES && queries.hidden; lane += LANES) {
      hide(queries.scores, lane, queries.keys, queries.visible);
      hide(block.gradients, lane, queries.keys, queries.visible);
    }
  }

  /// Replaces scores by weights and the gradients of weights by those of scores. The power is
  /// written out, see [VectorMath#powers].
  private static void weigh(QueryBlock block, float[] gradients, int lane, float[] deltas) {
    float[] scores = block.scores;
    int end = block.keys * QUERIES;
    FloatVector minus = FloatVector.fromArray(SPECIES, block.origins, lane).neg();
    FloatVector total = FloatVector.fromArray(SPECIES, block.offsets, lane);
    FloatVector delta = FloatVector.fromArray(SPECIES, deltas, lane);
    FloatVector log = FloatVector.broadcast(SPECIES, VectorMath.LOG2_E);
    for (int at = lane; at < end; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at).fma(log, minus).sub(total);
      FloatVector bounded = x.blend(-127f, x.compare(LT, -127f));
      FloatVector whole = bounded.add(VectorMath.ROUNDING);
      FloatVector rest = bounded.sub(whole.sub(VectorMath.ROUNDING));
      FloatVector power = FloatVector.broadcast(SPECIES, VectorMath.C5);
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C4));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C3));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C2));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C1));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, 1f));
      IntVector exponent =
          whole.reinterpretAsInts().add(VectorMath.WHOLE).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      FloatVector weight = power.mul(exponent.reinterpretAsFloats());
      weight.intoArray(scores, at);
      FloatVector.fromArray(SPECIES, gradients, at).sub(delta).mul(weight).intoArray(gradients, at);
    }
  }

  static void hide(float[] numbers, int lane, int keys, int[] visible) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int s = 0; s < keys; s++) {
      VectorMask<Float> sees = VectorMask.fromLong(SPECIES, visible[s] >>> lane);
      zero.blend(FloatVector.fromArray(SPECIES, numbers, s * QUERIES + lane), sees)
          .intoArray(numbers, s * QUERIES + lane);
    }
  }

  static void multiply(float[] numbers, float[] factors, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, numbers, n)
          .mul(FloatVector.fromArray(SPECIES, factors, n))
          .intoArray(numbers, n);
    }
  }

  @Override
  public void addQueries(BackwardBlock block, Matrix keys) {
    block.checkTile(keys, block.block.width);
    if (block.block.hidden && !isFinite(keys)) {
      scalar.addQueries(block, keys);
      return;
    }
    block
        .queryTile
        .adding(1, keys.rowStride(), QUERIES)
        .multiply(
            block.block.width,
            block.block.keys,
            keys.array(),
            keys.offset(),
            block.gradients,
            0,
            block.sums,
            0);
  }

  @Override
  public void addKeys(BackwardBlock block, KeyGradients sums, int first) {
    if (block.block.hidden && !block.finite) {
      scalar.addKeys(block, sums, first);
      return;
    }
    for (int panel = 0; panel < KeyGradients.panels(sums.width); panel++) {
      add(block, block.gradients, block.queryRows, panel, sums.array, sums.key(panel, first));
    }
    for (int panel = 0; panel < KeyGradients.panels(sums.valueWidth); panel++) {
      add(block, block.block.scores, block.outRows, panel, sums.array, sums.value(panel, first));
    }
  }

  private static void add(
      BackwardBlock block, float[] left, float[] rows, int panel, float[] to, int at) {
    int from = panel * QUERIES * COLUMNS;
    KEYS.multiply(block.block.keys, block.count, left, 0, rows, from, to, at);
  }

  @Override
  public void finish(BackwardBlock block, Matrix dq) {
    BackwardBlock.check("dq", dq, block.count, block.block.width);
    int width = block.block.width;
    BlockPacking.unpack(block.sums, new Matrix(block.rows, 0, dq.rows(), width, width, 1));
    for (int t = 0; t < dq.rows(); t++) {
      int to = dq.offset() + t * dq.rowStride();
      addScaled(block.factor, block.rows, t * width, dq.array(), to, width);
    }
  }

  private static void addScaled(
      float factor, float[] from, int at, float[] to, int toAt, int length) {
    int bound = SPECIES.loopBound(length);
    for (int n = 0; n < bound; n += LANES) {
      FloatVector.fromArray(SPECIES, from, at + n)
          .mul(factor)
          .add(FloatVector.fromArray(SPECIES, to, toAt + n))
          .intoArray(to, toAt + n);
    }
    for (int n = bound; n < length; n++) {
      to[toAt + n] += factor * from[at + n];
    }
  }

  @Override
  public void finish(KeyGradients sums, int first, Matrix dk, Matrix dv) {
    for (int panel = 0; panel < KeyGradients.panels(sums.width); panel++) {
      finish(sums.array, sums.key(panel, first), panel * COLUMNS, dk);
    }
    for (int panel = 0; panel < KeyGradients.panels(sums.valueWidth); panel++) {
      finish(sums.array, sums.value(panel, first), panel * COLUMNS, dv);
    }
  }

  private static void finish(float[] sums, int at, int column, Matrix to) {
    int columns = Math.min(COLUMNS, to.columns() - column);
    for (int s = 0; s < to.rows(); s++) {
      int row = to.offset() + s * to.rowStride() + column;
      addScaled(1, sums, at + s * COLUMNS, to.array(), row, columns);
    }
  }
}
