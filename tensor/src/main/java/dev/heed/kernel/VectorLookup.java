package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The look-up on lanes: two queries by four keys in registers for the scores; the sums are those
/// of [MixTile].
///
/// Lanes are added up by fixed exchanges of halves, never by a reduction whose order the JVM may
/// choose, so that a result does not depend on how far the code has warmed up.
final class VectorLookup implements Lookup {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int KEYS = 4;

  private static final VectorShuffle<Float> HALVES = exchange(LANES / 2);
  private static final VectorShuffle<Float> QUARTERS = exchange(LANES / 4);
  private static final VectorShuffle<Float> EIGHTHS = exchange(Math.max(1, LANES / 8));
  private static final VectorShuffle<Float> SIXTEENTHS = exchange(Math.max(1, LANES / 16));
  private static final VectorMask<Float> UPPER_HALF = upper(LANES / 2);
  private static final VectorMask<Float> UPPER_QUARTERS = upper(LANES / 4);

  /// Exchanges neighbouring groups of `size` lanes.
  private static VectorShuffle<Float> exchange(int size) {
    return VectorShuffle.fromOp(SPECIES, lane -> lane ^ size);
  }

  /// The second of each two neighbouring groups of `size` lanes.
  private static VectorMask<Float> upper(int size) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (lane & size) != 0;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  @Override
  public void dots(float factor, Matrix few, Matrix many, Matrix scores) {
    float[] sums = new float[2 * LANES];
    int quarter = many.rows() / KEYS;
    Matrix apart = everyNth(many, quarter);
    for (int n = 0; n < quarter; n++) {
      int key = many.offset() + n * many.rowStride();
      int to = scores.offset() + n;
      int r = 0;
      for (; r + 2 <= few.rows(); r += 2) {
        tileOfTwo(few, few.offset() + r * few.rowStride(), apart, key, sums);
        spread(sums, 0, scores.array(), to + r * scores.rowStride(), quarter);
        spread(sums, LANES, scores.array(), to + (r + 1) * scores.rowStride(), quarter);
      }
      if (r < few.rows()) {
        tileOfOne(few, few.offset() + r * few.rowStride(), apart, key, sums);
        spread(sums, 0, scores.array(), to + r * scores.rowStride(), quarter);
      }
    }
    int blocks = quarter * KEYS;
    for (int r = 0; r < few.rows(); r++) {
      finishDots(few.offset() + r * few.rowStride(), few, many, blocks, scores, r);
      scale(factor, scores.array(), scores.offset() + r * scores.rowStride(), many.rows());
    }
  }

  /// Every `n`th row: what a tile reads lies in four places, each of which memory is asked for
  /// ahead.
  private static Matrix everyNth(Matrix many, int n) {
    return new Matrix(many.array(), many.offset(), KEYS, many.columns(), n * many.rowStride(), 1);
  }

  /// The sums of four keys, each in a quarter of the lanes.
  private static void spread(float[] sums, int from, float[] scores, int at, int apart) {
    for (int i = 0; i < KEYS; i++) {
      scores[at + i * apart] = sums[from + i * (LANES / KEYS)];
    }
  }

  private static void scale(float factor, float[] scores, int at, int count) {
    for (int n = at; n < at + count; n++) {
      scores[n] *= factor;
    }
  }

  /// The scalar tails of a query: numbers beyond whole vectors, keys beyond whole blocks.
  private static void finishDots(
      int query, Matrix few, Matrix many, int blocks, Matrix scores, int r) {
    int bound = SPECIES.loopBound(few.columns());
    int at = scores.offset() + r * scores.rowStride();
    for (int n = bound == few.columns() ? blocks : 0; n < many.rows(); n++) {
      int key = many.offset() + n * many.rowStride();
      float sum = n < blocks ? scores.array()[at + n] : 0;
      for (int e = n < blocks ? bound : 0; e < few.columns(); e++) {
        sum += few.array()[query + e] * many.array()[key + e];
      }
      scores.array()[at + n] = sum;
    }
  }

  private static void tileOfTwo(Matrix few, int query, Matrix many, int key, float[] sums) {
    float[] q = few.array();
    float[] k = many.array();
    int other = query + few.rowStride();
    int step = many.rowStride();
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector b0 = FloatVector.zero(SPECIES);
    FloatVector c0 = FloatVector.zero(SPECIES);
    FloatVector d0 = FloatVector.zero(SPECIES);
    FloatVector a1 = FloatVector.zero(SPECIES);
    FloatVector b1 = FloatVector.zero(SPECIES);
    FloatVector c1 = FloatVector.zero(SPECIES);
    FloatVector d1 = FloatVector.zero(SPECIES);
    int bound = SPECIES.loopBound(few.columns());
    for (int e = 0; e < bound; e += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, q, query + e);
      FloatVector y = FloatVector.fromArray(SPECIES, q, other + e);
      FloatVector a = FloatVector.fromArray(SPECIES, k, key + e);
      a0 = a.fma(x, a0);
      a1 = a.fma(y, a1);
      FloatVector b = FloatVector.fromArray(SPECIES, k, key + step + e);
      b0 = b.fma(x, b0);
      b1 = b.fma(y, b1);
      FloatVector c = FloatVector.fromArray(SPECIES, k, key + 2 * step + e);
      c0 = c.fma(x, c0);
      c1 = c.fma(y, c1);
      FloatVector d = FloatVector.fromArray(SPECIES, k, key + 3 * step + e);
      d0 = d.fma(x, d0);
      d1 = d.fma(y, d1);
    }
    sumOfFour(a0, b0, c0, d0).intoArray(sums, 0);
    sumOfFour(a1, b1, c1, d1).intoArray(sums, LANES);
  }

  private static void tileOfOne(Matrix few, int query, Matrix many, int key, float[] sums) {
    float[] q = few.array();
    float[] k = many.array();
    int step = many.rowStride();
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = FloatVector.zero(SPECIES);
    FloatVector c = FloatVector.zero(SPECIES);
    FloatVector d = FloatVector.zero(SPECIES);
    int bound = SPECIES.loopBound(few.columns());
    for (int e = 0; e < bound; e += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, q, query + e);
      a = FloatVector.fromArray(SPECIES, k, key + e).fma(x, a);
      b = FloatVector.fromArray(SPECIES, k, key + step + e).fma(x, b);
      c = FloatVector.fromArray(SPECIES, k, key + 2 * step + e).fma(x, c);
      d = FloatVector.fromArray(SPECIES, k, key + 3 * step + e).fma(x, d);
    }
    sumOfFour(a, b, c, d).intoArray(sums, 0);
  }

  /// The sums of the lanes of `a`, `b`, `c` and `d`, each in a quarter of the lanes.
  private static FloatVector sumOfFour(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    FloatVector ac = pair(a, c, HALVES, UPPER_HALF);
    FloatVector bd = pair(b, d, HALVES, UPPER_HALF);
    FloatVector sum = pair(ac, bd, QUARTERS, UPPER_QUARTERS);
    if (LANES >= 8) {
      sum = sum.add(sum.rearrange(EIGHTHS));
    }
    if (LANES >= 16) {
      sum = sum.add(sum.rearrange(SIXTEENTHS));
    }
    return sum;
  }

  private static FloatVector pair(
      FloatVector a, FloatVector b, VectorShuffle<Float> exchange, VectorMask<Float> upper) {
    return a.add(a.rearrange(exchange)).blend(b.add(b.rearrange(exchange)), upper);
  }

  @Override
  public float largest(float[] a, int from, int length) {
    int bound = SPECIES.loopBound(length);
    FloatVector lanes = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int n = 0; n < bound; n += LANES) {
      lanes = lanes.max(FloatVector.fromArray(SPECIES, a, from + n));
    }
    float largest = lanes.reduceLanes(MAX);
    for (int n = bound; n < length; n++) {
      largest = Math.max(largest, a[from + n]);
    }
    return largest;
  }

  @Override
  public float exponentials(float largest, float[] a, int from, int length) {
    int bound = SPECIES.loopBound(length);
    FloatVector total = FloatVector.zero(SPECIES);
    for (int n = from; n < from + bound; n += LANES) {
      FloatVector score = FloatVector.fromArray(SPECIES, a, n);
      FloatVector power = VectorMath.exp2(score.sub(largest).mul(VectorMath.LOG2_E));
      power.intoArray(a, n);
      total = total.add(power);
    }
    float sum = sumOfFour(total, total, total, total).lane(0);
    for (int n = from + bound; n < from + length; n++) {
      a[n] = (float) Math.exp(a[n] - largest);
      sum += a[n];
    }
    return sum;
  }

  @Override
  public void mix(Matrix weights, Matrix many, Matrix out) {
    MixTile.mix(weights, many, out);
  }
}
