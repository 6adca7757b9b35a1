package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The register tile of products with stored weights: one or four rows of `x` times four rows of
/// `w`, both read along the axis that is summed over, so that nothing needs packing.
///
/// @param in numbers of a row that are summed
/// @param wApart floats from one row of `w` to the next; 0 multiplies one row four times
/// @param xApart floats from one row of `x` to the next
/// @param yApart floats from the products of one row of `x` to those of the next
/// @param yStep floats from one product of a row of `x` to the next
/// @param sums scratch memory, see [Workspace#lanes]
record DotTile(int in, int wApart, int xApart, int yApart, int yStep, float[] sums) {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  /// `y = x wᵀ` for four rows of `w` and any number of rows of `x`.
  void multiply(int rows, float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    int row = 0;
    for (; yStep == 1 && row + 4 <= rows; row += 4) {
      four(w, wAt, x, xAt + row * xApart, y, yAt + row * yApart);
    }
    for (; row < rows; row++) {
      one(w, wAt, x, xAt + row * xApart, y, yAt + row * yApart);
    }
  }

  /// `y = x wᵀ` for four rows of `x` and four of `w`, whose products are next to each other
  /// (`yStep` is 1).
  void four(float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    int bound = FLOATS.loopBound(in);
    four(bound, w, wAt, x, xAt, y, yAt);
    for (int row = 0; bound < in && row < 4; row++) {
      addTail(bound, w, wAt, x, xAt + row * xApart, y, yAt + row * yApart);
    }
  }

  /// `y = x wᵀ` for one row of `x` and four of `w`.
  void one(float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    int bound = FLOATS.loopBound(in);
    one(bound, w, wAt, x, xAt, y, yAt);
    if (bound < in) {
      addTail(bound, w, wAt, x, xAt, y, yAt);
    }
  }

  private void addTail(int bound, float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    for (int row = 0; row < (yStep == 0 ? 1 : 4); row++) {
      float sum = 0;
      for (int i = bound; i < in; i++) {
        sum += x[xAt + i] * w[wAt + row * wApart + i];
      }
      y[yAt + row * yStep] += sum;
    }
  }

  private void one(int bound, float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    int bt = wAt + wApart;
    int ct = bt + wApart;
    int dt = ct + wApart;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = FloatVector.zero(FLOATS);
    FloatVector c = FloatVector.zero(FLOATS);
    FloatVector d = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, xAt + i);
      a = FloatVector.fromArray(FLOATS, w, wAt + i).fma(v, a);
      b = FloatVector.fromArray(FLOATS, w, bt + i).fma(v, b);
      c = FloatVector.fromArray(FLOATS, w, ct + i).fma(v, c);
      d = FloatVector.fromArray(FLOATS, w, dt + i).fma(v, d);
    }
    a.intoArray(sums, 0);
    b.intoArray(sums, LANES);
    c.intoArray(sums, 2 * LANES);
    d.intoArray(sums, 3 * LANES);
    VectorLaneSums.sum(sums, 0, y, yAt, yStep);
  }

  private void four(int bound, float[] w, int wAt, float[] x, int xAt, float[] y, int yAt) {
    int bt = wAt + wApart;
    int ct = bt + wApart;
    int dt = ct + wApart;
    int x1At = xAt + xApart;
    int x2At = x1At + xApart;
    int x3At = x2At + xApart;
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector b0 = FloatVector.zero(FLOATS);
    FloatVector c0 = FloatVector.zero(FLOATS);
    FloatVector d0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector b1 = FloatVector.zero(FLOATS);
    FloatVector c1 = FloatVector.zero(FLOATS);
    FloatVector d1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector b2 = FloatVector.zero(FLOATS);
    FloatVector c2 = FloatVector.zero(FLOATS);
    FloatVector d2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    FloatVector b3 = FloatVector.zero(FLOATS);
    FloatVector c3 = FloatVector.zero(FLOATS);
    FloatVector d3 = FloatVector.zero(FLOATS);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, x, xAt + i);
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, x1At + i);
      FloatVector x2 = FloatVector.fromArray(FLOATS, x, x2At + i);
      FloatVector x3 = FloatVector.fromArray(FLOATS, x, x3At + i);
      FloatVector v = FloatVector.fromArray(FLOATS, w, wAt + i);
      a0 = x0.fma(v, a0);
      a1 = x1.fma(v, a1);
      a2 = x2.fma(v, a2);
      a3 = x3.fma(v, a3);
      v = FloatVector.fromArray(FLOATS, w, bt + i);
      b0 = x0.fma(v, b0);
      b1 = x1.fma(v, b1);
      b2 = x2.fma(v, b2);
      b3 = x3.fma(v, b3);
      v = FloatVector.fromArray(FLOATS, w, ct + i);
      c0 = x0.fma(v, c0);
      c1 = x1.fma(v, c1);
      c2 = x2.fma(v, c2);
      c3 = x3.fma(v, c3);
      v = FloatVector.fromArray(FLOATS, w, dt + i);
      d0 = x0.fma(v, d0);
      d1 = x1.fma(v, d1);
      d2 = x2.fma(v, d2);
      d3 = x3.fma(v, d3);
    }
    a0.intoArray(sums, 0);
    b0.intoArray(sums, LANES);
    c0.intoArray(sums, 2 * LANES);
    d0.intoArray(sums, 3 * LANES);
    a1.intoArray(sums, 4 * LANES);
    b1.intoArray(sums, 5 * LANES);
    c1.intoArray(sums, 6 * LANES);
    d1.intoArray(sums, 7 * LANES);
    a2.intoArray(sums, 8 * LANES);
    b2.intoArray(sums, 9 * LANES);
    c2.intoArray(sums, 10 * LANES);
    d2.intoArray(sums, 11 * LANES);
    a3.intoArray(sums, 12 * LANES);
    b3.intoArray(sums, 13 * LANES);
    c3.intoArray(sums, 14 * LANES);
    d3.intoArray(sums, 15 * LANES);
    for (int row = 0; row < 4; row++) {
      VectorLaneSums.sum(sums, row * VectorLaneSums.SIZE, y, yAt + row * yApart, 1);
    }
  }
}
