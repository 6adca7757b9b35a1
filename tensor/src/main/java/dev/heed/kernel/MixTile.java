package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Weighted sums of values on lanes: two queries by four vectors of a value in registers, by eight
/// where registers are many.
///
/// Memory is asked for ahead only where it is read on and on: values of eight vectors that were
/// read in two halves came at 10 GB/s, as a whole at 17 to 21.
final class MixTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /// Columns that stay in registers at once.
  private static final int BAND = 4 * LANES;

  /// Whether registers are enough for two bands of two queries.
  private static final boolean HAS_WIDE = LANES == 16;

  /// Values that are mixed for all queries before the next ones: they stay in the first cache.
  private static final int VALUES = 32;

  private MixTile() {}

  /// [Lookup#mix].
  static void mix(Matrix weights, Matrix many, Matrix out) {
    for (int n = 0; n < many.rows(); n += VALUES) {
      int count = Math.min(VALUES, many.rows() - n);
      mixFew(columns(weights, n, count), rows(many, n, count), out);
    }
  }

  private static Matrix columns(Matrix weights, int from, int count) {
    int at = weights.offset() + from;
    return new Matrix(weights.array(), at, weights.rows(), count, weights.rowStride(), 1);
  }

  private static Matrix rows(Matrix many, int from, int count) {
    int at = many.offset() + from * many.rowStride();
    return new Matrix(many.array(), at, count, many.columns(), many.rowStride(), 1);
  }

  private static void mixFew(Matrix weights, Matrix many, Matrix out) {
    int w = 0;
    for (; HAS_WIDE && w + 2 * BAND <= many.columns(); w += 2 * BAND) {
      mixWideBand(weights, many, w, out);
    }
    for (; w + BAND <= many.columns(); w += BAND) {
      mixBand(weights, many, w, out);
    }
    int bound = SPECIES.loopBound(many.columns());
    for (int r = 0; r < weights.rows(); r++) {
      for (int lane = w; lane < bound; lane += LANES) {
        mixLane(weights, r, many, lane, out);
      }
    }
    if (bound < many.columns()) {
      mixTail(weights, many, out, bound);
    }
  }

  private static void mixWideBand(Matrix weights, Matrix many, int w, Matrix out) {
    int r = 0;
    for (; r + 2 <= weights.rows(); r += 2) {
      mixTwoWide(weights, r, many, w, out);
    }
    if (r < weights.rows()) {
      mixOne(weights, r, many, w, out);
      mixOne(weights, r, many, w + BAND, out);
    }
  }

  private static void mixBand(Matrix weights, Matrix many, int w, Matrix out) {
    int r = 0;
    for (; r + 2 <= weights.rows(); r += 2) {
      mixTwo(weights, r, many, w, out);
    }
    if (r < weights.rows()) {
      mixOne(weights, r, many, w, out);
    }
  }

  private static void mixTwoWide(Matrix weights, int r, Matrix many, int w, Matrix out) {
    float[] p = weights.array();
    float[] v = many.array();
    float[] o = out.array();
    int step = many.rowStride();
    int weight = weights.offset() + r * weights.rowStride();
    int other = weight + weights.rowStride();
    int to = out.offset() + r * out.rowStride() + w;
    int too = to + out.rowStride();
    FloatVector a0 = FloatVector.fromArray(SPECIES, o, to);
    FloatVector b0 = FloatVector.fromArray(SPECIES, o, to + LANES);
    FloatVector c0 = FloatVector.fromArray(SPECIES, o, to + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(SPECIES, o, to + 3 * LANES);
    FloatVector e0 = FloatVector.fromArray(SPECIES, o, to + 4 * LANES);
    FloatVector f0 = FloatVector.fromArray(SPECIES, o, to + 5 * LANES);
    FloatVector g0 = FloatVector.fromArray(SPECIES, o, to + 6 * LANES);
    FloatVector h0 = FloatVector.fromArray(SPECIES, o, to + 7 * LANES);
    FloatVector a1 = FloatVector.fromArray(SPECIES, o, too);
    FloatVector b1 = FloatVector.fromArray(SPECIES, o, too + LANES);
    FloatVector c1 = FloatVector.fromArray(SPECIES, o, too + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(SPECIES, o, too + 3 * LANES);
    FloatVector e1 = FloatVector.fromArray(SPECIES, o, too + 4 * LANES);
    FloatVector f1 = FloatVector.fromArray(SPECIES, o, too + 5 * LANES);
    FloatVector g1 = FloatVector.fromArray(SPECIES, o, too + 6 * LANES);
    FloatVector h1 = FloatVector.fromArray(SPECIES, o, too + 7 * LANES);
    int at = many.offset() + w;
    for (int n = 0; n < many.rows(); n++, at += step) {
      FloatVector x = FloatVector.broadcast(SPECIES, p[weight + n]);
      FloatVector y = FloatVector.broadcast(SPECIES, p[other + n]);
      FloatVector a = FloatVector.fromArray(SPECIES, v, at);
      a0 = a.fma(x, a0);
      a1 = a.fma(y, a1);
      FloatVector b = FloatVector.fromArray(SPECIES, v, at + LANES);
      b0 = b.fma(x, b0);
      b1 = b.fma(y, b1);
      FloatVector c = FloatVector.fromArray(SPECIES, v, at + 2 * LANES);
      c0 = c.fma(x, c0);
      c1 = c.fma(y, c1);
      FloatVector d = FloatVector.fromArray(SPECIES, v, at + 3 * LANES);
      d0 = d.fma(x, d0);
      d1 = d.fma(y, d1);
      FloatVector e = FloatVector.fromArray(SPECIES, v, at + 4 * LANES);
      e0 = e.fma(x, e0);
      e1 = e.fma(y, e1);
      FloatVector f = FloatVector.fromArray(SPECIES, v, at + 5 * LANES);
      f0 = f.fma(x, f0);
      f1 = f.fma(y, f1);
      FloatVector g = FloatVector.fromArray(SPECIES, v, at + 6 * LANES);
      g0 = g.fma(x, g0);
      g1 = g.fma(y, g1);
      FloatVector h = FloatVector.fromArray(SPECIES, v, at + 7 * LANES);
      h0 = h.fma(x, h0);
      h1 = h.fma(y, h1);
    }
    a0.intoArray(o, to);
    b0.intoArray(o, to + LANES);
    c0.intoArray(o, to + 2 * LANES);
    d0.intoArray(o, to + 3 * LANES);
    e0.intoArray(o, to + 4 * LANES);
    f0.intoArray(o, to + 5 * LANES);
    g0.intoArray(o, to + 6 * LANES);
    h0.intoArray(o, to + 7 * LANES);
    a1.intoArray(o, too);
    b1.intoArray(o, too + LANES);
    c1.intoArray(o, too + 2 * LANES);
    d1.intoArray(o, too + 3 * LANES);
    e1.intoArray(o, too + 4 * LANES);
    f1.intoArray(o, too + 5 * LANES);
    g1.intoArray(o, too + 6 * LANES);
    h1.intoArray(o, too + 7 * LANES);
  }

  private static void mixTwo(Matrix weights, int r, Matrix many, int w, Matrix out) {
    float[] p = weights.array();
    float[] v = many.array();
    float[] o = out.array();
    int weight = weights.offset() + r * weights.rowStride();
    int other = weight + weights.rowStride();
    int to = out.offset() + r * out.rowStride() + w;
    int too = to + out.rowStride();
    FloatVector a0 = FloatVector.fromArray(SPECIES, o, to);
    FloatVector b0 = FloatVector.fromArray(SPECIES, o, to + LANES);
    FloatVector c0 = FloatVector.fromArray(SPECIES, o, to + 2 * LANES);
    FloatVector d0 = FloatVector.fromArray(SPECIES, o, to + 3 * LANES);
    FloatVector a1 = FloatVector.fromArray(SPECIES, o, too);
    FloatVector b1 = FloatVector.fromArray(SPECIES, o, too + LANES);
    FloatVector c1 = FloatVector.fromArray(SPECIES, o, too + 2 * LANES);
    FloatVector d1 = FloatVector.fromArray(SPECIES, o, too + 3 * LANES);
    int at = many.offset() + w;
    for (int n = 0; n < many.rows(); n++, at += many.rowStride()) {
      FloatVector x = FloatVector.broadcast(SPECIES, p[weight + n]);
      FloatVector y = FloatVector.broadcast(SPECIES, p[other + n]);
      FloatVector a = FloatVector.fromArray(SPECIES, v, at);
      a0 = a.fma(x, a0);
      a1 = a.fma(y, a1);
      FloatVector b = FloatVector.fromArray(SPECIES, v, at + LANES);
      b0 = b.fma(x, b0);
      b1 = b.fma(y, b1);
      FloatVector c = FloatVector.fromArray(SPECIES, v, at + 2 * LANES);
      c0 = c.fma(x, c0);
      c1 = c.fma(y, c1);
      FloatVector d = FloatVector.fromArray(SPECIES, v, at + 3 * LANES);
      d0 = d.fma(x, d0);
      d1 = d.fma(y, d1);
    }
    a0.intoArray(o, to);
    b0.intoArray(o, to + LANES);
    c0.intoArray(o, to + 2 * LANES);
    d0.intoArray(o, to + 3 * LANES);
    a1.intoArray(o, too);
    b1.intoArray(o, too + LANES);
    c1.intoArray(o, too + 2 * LANES);
    d1.intoArray(o, too + 3 * LANES);
  }

  private static void mixOne(Matrix weights, int r, Matrix many, int w, Matrix out) {
    float[] p = weights.array();
    float[] v = many.array();
    float[] o = out.array();
    int weight = weights.offset() + r * weights.rowStride();
    int to = out.offset() + r * out.rowStride() + w;
    FloatVector a = FloatVector.fromArray(SPECIES, o, to);
    FloatVector b = FloatVector.fromArray(SPECIES, o, to + LANES);
    FloatVector c = FloatVector.fromArray(SPECIES, o, to + 2 * LANES);
    FloatVector d = FloatVector.fromArray(SPECIES, o, to + 3 * LANES);
    int at = many.offset() + w;
    for (int n = 0; n < many.rows(); n++, at += many.rowStride()) {
      FloatVector x = FloatVector.broadcast(SPECIES, p[weight + n]);
      a = FloatVector.fromArray(SPECIES, v, at).fma(x, a);
      b = FloatVector.fromArray(SPECIES, v, at + LANES).fma(x, b);
      c = FloatVector.fromArray(SPECIES, v, at + 2 * LANES).fma(x, c);
      d = FloatVector.fromArray(SPECIES, v, at + 3 * LANES).fma(x, d);
    }
    a.intoArray(o, to);
    b.intoArray(o, to + LANES);
    c.intoArray(o, to + 2 * LANES);
    d.intoArray(o, to + 3 * LANES);
  }

  private static void mixLane(Matrix weights, int r, Matrix many, int w, Matrix out) {
    int weight = weights.offset() + r * weights.rowStride();
    int to = out.offset() + r * out.rowStride() + w;
    FloatVector a = FloatVector.fromArray(SPECIES, out.array(), to);
    int at = many.offset() + w;
    for (int n = 0; n < many.rows(); n++, at += many.rowStride()) {
      FloatVector x = FloatVector.broadcast(SPECIES, weights.array()[weight + n]);
      a = FloatVector.fromArray(SPECIES, many.array(), at).fma(x, a);
    }
    a.intoArray(out.array(), to);
  }

  private static void mixTail(Matrix weights, Matrix many, Matrix out, int bound) {
    for (int r = 0; r < weights.rows(); r++) {
      int weight = weights.offset() + r * weights.rowStride();
      int to = out.offset() + r * out.rowStride();
      for (int n = 0; n < many.rows(); n++) {
        int at = many.offset() + n * many.rowStride();
        for (int w = bound; w < many.columns(); w++) {
          out.array()[to + w] += weights.array()[weight + n] * many.array()[at + w];
        }
      }
    }
  }
}
