package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// The tiles of attention with a query in each lane.
///
/// Both products are [ProductTile]s without any packing of keys or values: scores `[S][32]` are
/// keys times the panel of queries, and are then the panel that the transposed values are
/// multiplied with. Each loop over a column of lanes is a method of its own, because the compiler
/// gives up on registers, without a word, where two of them stand in one.
final class VectorAttentionTiles implements AttentionTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final float LOG2_E = VectorMath.LOG2_E;

  @Override
  public void start(QueryBlock block, Matrix queries, float scale, float sink) {
    block.begin(queries, sink);
    BlockPacking.pack(queries, block.queries);
    multiplyAll(block.queries, block.width * QUERIES, scale);
  }

  @Override
  public void score(QueryBlock block, Matrix keys) {
    block.tile(keys);
    block
        .scoreTile
        .writing(keys.rowStride(), keys.columnStride(), QUERIES)
        .multiply(
            block.keys,
            block.width,
            keys.array(),
            keys.offset(),
            block.queries,
            0,
            block.scores,
            0);
  }

  @Override
  public void scale(QueryBlock block, float factor) {
    multiplyAll(block.scores, block.keys * QUERIES, factor);
  }

  private static void multiplyAll(float[] array, int length, float factor) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, array, n).mul(factor).intoArray(array, n);
    }
  }

  @Override
  public void softCap(QueryBlock block, float cap) {
    capAll(block.scores, block.keys * QUERIES, cap);
  }

  private static void capAll(float[] scores, int length, float cap) {
    float inverse = 1 / cap;
    for (int n = 0; n < length; n += LANES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, n);
      VectorMath.tanh(score.mul(inverse)).mul(cap).intoArray(scores, n);
    }
  }

  @Override
  public void subtractDistance(
      QueryBlock block, float slope, int[] i, int iFrom, int[] j, int jFrom) {
    int[] positions = block.positions;
    System.arraycopy(i, iFrom, positions, 0, block.count);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      subtractDistance(block.scores, lane, block.keys, slope, positions, j, jFrom);
    }
  }

  private static void subtractDistance(
      float[] scores, int lane, int keys, float slope, int[] i, int[] j, int jFrom) {
    IntVector query = IntVector.fromArray(INTS, i, lane);
    FloatVector factor = FloatVector.broadcast(SPECIES, -slope);
    for (int s = 0; s < keys; s++) {
      IntVector distance = query.sub(j[jFrom + s]).lanewise(ABS);
      FloatVector score = FloatVector.fromArray(SPECIES, scores, s * QUERIES + lane);
      ((FloatVector) distance.convert(I2F, 0))
          .fma(factor, score)
          .intoArray(scores, s * QUERIES + lane);
    }
  }

  @Override
  public void hide(QueryBlock block, int first, int count, int[] visible, int from) {
    block.see(first, count, visible, from);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      hide(block.scores, lane, first, first + count, block.visible);
    }
  }

  private static void hide(float[] scores, int lane, int from, int to, int[] visible) {
    FloatVector hidden = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int s = from; s < to; s++) {
      VectorMask<Float> sees = VectorMask.fromLong(SPECIES, visible[s] >>> lane);
      hidden
          .blend(FloatVector.fromArray(SPECIES, scores, s * QUERIES + lane), sees)
          .intoArray(scores, s * QUERIES + lane);
    }
  }

  @Override
  public void weigh(QueryBlock block) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      raise(block.scores, lane, block.keys, block.maxima, block.factors);
      power(block.scores, lane, block.keys, block.maxima, block.factors, block.totals);
    }
  }

  /// Raises the maxima to those of the tile. Functions are written out here and below, see
  /// [VectorMath#powers].
  private static void raise(float[] scores, int lane, int keys, float[] maxima, float[] factors) {
    FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, at);
      largest = largest.blend(score, score.compare(GT, largest));
    }
    FloatVector old = FloatVector.fromArray(SPECIES, maxima, lane);
    FloatVector tile = largest.mul(LOG2_E);
    FloatVector maximum = old.blend(tile, tile.compare(GT, old));
    maximum.intoArray(maxima, lane);
    old.sub(maximum.blend(0f, maximum.compare(EQ, Float.NEGATIVE_INFINITY)))
        .intoArray(factors, lane);
    VectorMath.exp2(factors, lane);
  }

  /// Replaces scores by powers relative to the maxima and adds them up.
  private static void power(
      float[] scores, int lane, int keys, float[] maxima, float[] factors, float[] totals) {
    FloatVector maximum = FloatVector.fromArray(SPECIES, maxima, lane);
    FloatVector minus = maximum.blend(0f, maximum.compare(EQ, Float.NEGATIVE_INFINITY)).neg();
    FloatVector log = FloatVector.broadcast(SPECIES, LOG2_E);
    FloatVector total = FloatVector.zero(SPECIES);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at).fma(log, minus);
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
      total = total.add(weight);
    }
    FloatVector.fromArray(SPECIES, totals, lane)
        .fma(FloatVector.fromArray(SPECIES, factors, lane), total)
        .intoArray(totals, lane);
  }

  @Override
  public void sum(QueryBlock block, Matrix values) {
    block.checkValues(values);
    rescale(block);
    Matrix finite = block.hidden ? VectorHiddenValues.sumApart(block, values) : values;
    block
        .sumTile
        .adding(1, finite.rowStride(), QUERIES)
        .multiply(
            block.valueWidth,
            block.keys,
            finite.array(),
            finite.offset(),
            block.scores,
            0,
            block.sums,
            0);
  }

  private static void rescale(QueryBlock block) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      FloatVector factor = FloatVector.fromArray(SPECIES, block.factors, lane);
      if (!factor.eq(1f).allTrue()) {
        multiplyColumn(block.sums, lane, block.valueWidth, factor);
      }
    }
  }

  private static void multiplyColumn(float[] sums, int lane, int rows, FloatVector factor) {
    for (int w = 0; w < rows; w++) {
      FloatVector.fromArray(SPECIES, sums, w * QUERIES + lane)
          .mul(factor)
          .intoArray(sums, w * QUERIES + lane);
    }
  }

  @Override
  public void finish(QueryBlock block, Matrix out) {
    block.checkOut(out);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      FloatVector total = FloatVector.fromArray(SPECIES, block.totals, lane);
      FloatVector factor = FloatVector.broadcast(SPECIES, 1f).div(total).blend(0f, total.eq(0f));
      multiplyColumn(block.sums, lane, block.valueWidth, factor);
    }
    BlockPacking.unpack(block.sums, out);
  }
}
