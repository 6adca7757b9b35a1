package dev.heed.kernel;

import static dev.heed.kernel.ProductTile.COLUMNS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Rows of the product tile on 512-bit lanes where `b` is a panel.
///
/// With strides that the compiler knows, the addresses of a panel take no registers: with strides
/// of any length it moved array pointers in and out of vector registers in the innermost loop.
final class Lane16PanelTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final int LANES = 16;

  private Lane16PanelTile() {}

  /// The twelve numbers of `a` that a step needs lie side by side; rows of `c` are `cStride` apart.
  static void columns12(
      int aStep,
      int cStride,
      int k,
      float[] a,
      int aFrom,
      float[] panel,
      int from,
      float[] c,
      int cFrom) {
    int c1 = cFrom + cStride;
    int c2 = cFrom + 2 * cStride;
    int c3 = cFrom + 3 * cStride;
    int c4 = cFrom + 4 * cStride;
    int c5 = cFrom + 5 * cStride;
    int c6 = cFrom + 6 * cStride;
    int c7 = cFrom + 7 * cStride;
    int c8 = cFrom + 8 * cStride;
    int c9 = cFrom + 9 * cStride;
    int c10 = cFrom + 10 * cStride;
    int c11 = cFrom + 11 * cStride;
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
    FloatVector x2 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector y2 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
    FloatVector x3 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector y3 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    FloatVector x4 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector y4 = FloatVector.fromArray(SPECIES, c, c4 + LANES);
    FloatVector x5 = FloatVector.fromArray(SPECIES, c, c5);
    FloatVector y5 = FloatVector.fromArray(SPECIES, c, c5 + LANES);
    FloatVector x6 = FloatVector.fromArray(SPECIES, c, c6);
    FloatVector y6 = FloatVector.fromArray(SPECIES, c, c6 + LANES);
    FloatVector x7 = FloatVector.fromArray(SPECIES, c, c7);
    FloatVector y7 = FloatVector.fromArray(SPECIES, c, c7 + LANES);
    FloatVector x8 = FloatVector.fromArray(SPECIES, c, c8);
    FloatVector y8 = FloatVector.fromArray(SPECIES, c, c8 + LANES);
    FloatVector x9 = FloatVector.fromArray(SPECIES, c, c9);
    FloatVector y9 = FloatVector.fromArray(SPECIES, c, c9 + LANES);
    FloatVector x10 = FloatVector.fromArray(SPECIES, c, c10);
    FloatVector y10 = FloatVector.fromArray(SPECIES, c, c10 + LANES);
    FloatVector x11 = FloatVector.fromArray(SPECIES, c, c11);
    FloatVector y11 = FloatVector.fromArray(SPECIES, c, c11 + LANES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + 1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      factor = FloatVector.broadcast(SPECIES, a[at + 2]);
      x2 = factor.fma(left, x2);
      y2 = factor.fma(right, y2);
      factor = FloatVector.broadcast(SPECIES, a[at + 3]);
      x3 = factor.fma(left, x3);
      y3 = factor.fma(right, y3);
      factor = FloatVector.broadcast(SPECIES, a[at + 4]);
      x4 = factor.fma(left, x4);
      y4 = factor.fma(right, y4);
      factor = FloatVector.broadcast(SPECIES, a[at + 5]);
      x5 = factor.fma(left, x5);
      y5 = factor.fma(right, y5);
      factor = FloatVector.broadcast(SPECIES, a[at + 6]);
      x6 = factor.fma(left, x6);
      y6 = factor.fma(right, y6);
      factor = FloatVector.broadcast(SPECIES, a[at + 7]);
      x7 = factor.fma(left, x7);
      y7 = factor.fma(right, y7);
      factor = FloatVector.broadcast(SPECIES, a[at + 8]);
      x8 = factor.fma(left, x8);
      y8 = factor.fma(right, y8);
      factor = FloatVector.broadcast(SPECIES, a[at + 9]);
      x9 = factor.fma(left, x9);
      y9 = factor.fma(right, y9);
      factor = FloatVector.broadcast(SPECIES, a[at + 10]);
      x10 = factor.fma(left, x10);
      y10 = factor.fma(right, y10);
      factor = FloatVector.broadcast(SPECIES, a[at + 11]);
      x11 = factor.fma(left, x11);
      y11 = factor.fma(right, y11);
      at += aStep;
    }
    x0.intoArray(c, cFrom);
    y0.intoArray(c, cFrom + LANES);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + LANES);
    x2.intoArray(c, c2);
    y2.intoArray(c, c2 + LANES);
    x3.intoArray(c, c3);
    y3.intoArray(c, c3 + LANES);
    x4.intoArray(c, c4);
    y4.intoArray(c, c4 + LANES);
    x5.intoArray(c, c5);
    y5.intoArray(c, c5 + LANES);
    x6.intoArray(c, c6);
    y6.intoArray(c, c6 + LANES);
    x7.intoArray(c, c7);
    y7.intoArray(c, c7 + LANES);
    x8.intoArray(c, c8);
    y8.intoArray(c, c8 + LANES);
    x9.intoArray(c, c9);
    y9.intoArray(c, c9 + LANES);
    x10.intoArray(c, c10);
    y10.intoArray(c, c10 + LANES);
    x11.intoArray(c, c11);
    y11.intoArray(c, c11 + LANES);
  }

  /// Six rows, each side by side in `a`; `c` is a panel. As fast as twelve, and quicker compiled.
  static void rows6(
      int aStride, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int a1 = aFrom + aStride;
    int a2 = aFrom + 2 * aStride;
    int a3 = aFrom + 3 * aStride;
    int a4 = aFrom + 4 * aStride;
    int a5 = aFrom + 5 * aStride;
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, cFrom + COLUMNS);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, cFrom + COLUMNS + LANES);
    FloatVector x2 = FloatVector.fromArray(SPECIES, c, cFrom + 2 * COLUMNS);
    FloatVector y2 = FloatVector.fromArray(SPECIES, c, cFrom + 2 * COLUMNS + LANES);
    FloatVector x3 = FloatVector.fromArray(SPECIES, c, cFrom + 3 * COLUMNS);
    FloatVector y3 = FloatVector.fromArray(SPECIES, c, cFrom + 3 * COLUMNS + LANES);
    FloatVector x4 = FloatVector.fromArray(SPECIES, c, cFrom + 4 * COLUMNS);
    FloatVector y4 = FloatVector.fromArray(SPECIES, c, cFrom + 4 * COLUMNS + LANES);
    FloatVector x5 = FloatVector.fromArray(SPECIES, c, cFrom + 5 * COLUMNS);
    FloatVector y5 = FloatVector.fromArray(SPECIES, c, cFrom + 5 * COLUMNS + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[aFrom + i]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[a1 + i]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      factor = FloatVector.broadcast(SPECIES, a[a2 + i]);
      x2 = factor.fma(left, x2);
      y2 = factor.fma(right, y2);
      factor = FloatVector.broadcast(SPECIES, a[a3 + i]);
      x3 = factor.fma(left, x3);
      y3 = factor.fma(right, y3);
      factor = FloatVector.broadcast(SPECIES, a[a4 + i]);
      x4 = factor.fma(left, x4);
      y4 = factor.fma(right, y4);
      factor = FloatVector.broadcast(SPECIES, a[a5 + i]);
      x5 = factor.fma(left, x5);
      y5 = factor.fma(right, y5);
    }
    x0.intoArray(c, cFrom);
    y0.intoArray(c, cFrom + LANES);
    x1.intoArray(c, cFrom + COLUMNS);
    y1.intoArray(c, cFrom + COLUMNS + LANES);
    x2.intoArray(c, cFrom + 2 * COLUMNS);
    y2.intoArray(c, cFrom + 2 * COLUMNS + LANES);
    x3.intoArray(c, cFrom + 3 * COLUMNS);
    y3.intoArray(c, cFrom + 3 * COLUMNS + LANES);
    x4.intoArray(c, cFrom + 4 * COLUMNS);
    y4.intoArray(c, cFrom + 4 * COLUMNS + LANES);
    x5.intoArray(c, cFrom + 5 * COLUMNS);
    y5.intoArray(c, cFrom + 5 * COLUMNS + LANES);
  }
}
