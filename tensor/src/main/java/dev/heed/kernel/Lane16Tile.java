package dev.heed.kernel;

import static dev.heed.kernel.ProductTile.COLUMNS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product tile on 512-bit lanes: 12 rows by 2 vectors keep 24 of 32 registers as accumulators,
/// enough to hide the latency of a multiply-add on two ports; 8, 4, 2 and 1 rows finish what is
/// left.
final class Lane16Tile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final int LANES = 16;

  private Lane16Tile() {}

  /// [ProductTile#multiply] with these lanes.
  static void multiply(
      ProductTile s,
      int rows,
      int k,
      float[] a,
      int aFrom,
      float[] panel,
      int from,
      float[] c,
      int cFrom) {
    if (!s.adds()) {
      clear(rows, s.cRowStride(), c, cFrom);
    }
    int row = 0;
    while (row < rows) {
      int left = rows - row;
      int size = left >= 12 ? 12 : left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      int aAt = aFrom + row * s.aRowStride();
      int cAt = cFrom + row * s.cRowStride();
      run(s, size, k, a, aAt, panel, from, c, cAt);
      row += size;
    }
  }

  private static void run(
      ProductTile s,
      int rows,
      int k,
      float[] a,
      int aFrom,
      float[] panel,
      int from,
      float[] c,
      int cFrom) {
    switch (rows) {
      case 12 -> {
        if (s.bRowStride() == COLUMNS && s.aRowStride() == 1) {
          Lane16PanelTile.columns12(
              s.aColumnStride(), s.cRowStride(), k, a, aFrom, panel, from, c, cFrom);
        } else if (s.panels() && s.aColumnStride() == 1) {
          int next = aFrom + 6 * s.aRowStride();
          Lane16PanelTile.rows6(s.aRowStride(), k, a, aFrom, panel, from, c, cFrom);
          Lane16PanelTile.rows6(s.aRowStride(), k, a, next, panel, from, c, cFrom + 6 * COLUMNS);
        } else {
          rows12(s, k, a, aFrom, panel, from, c, cFrom);
        }
      }
      case 8 -> rows8(s, k, a, aFrom, panel, from, c, cFrom);
      case 4 -> rows4(s, k, a, aFrom, panel, from, c, cFrom);
      case 2 -> rows2(s, k, a, aFrom, panel, from, c, cFrom);
      default -> rows1(s, k, a, aFrom, panel, from, c, cFrom);
    }
  }

  private static void clear(int rows, int stride, float[] c, int cFrom) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < COLUMNS; column += LANES) {
        zero.intoArray(c, cFrom + row * stride + column);
      }
    }
  }

  private static void rows12(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    int a2 = 2 * s.aRowStride();
    int a3 = 3 * s.aRowStride();
    int a4 = 4 * s.aRowStride();
    int a5 = 5 * s.aRowStride();
    int a6 = 6 * s.aRowStride();
    int a7 = 7 * s.aRowStride();
    int a8 = 8 * s.aRowStride();
    int a9 = 9 * s.aRowStride();
    int a10 = 10 * s.aRowStride();
    int a11 = 11 * s.aRowStride();
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    int c1 = cFrom + s.cRowStride();
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
    int c2 = cFrom + 2 * s.cRowStride();
    FloatVector x2 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector y2 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
    int c3 = cFrom + 3 * s.cRowStride();
    FloatVector x3 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector y3 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    int c4 = cFrom + 4 * s.cRowStride();
    FloatVector x4 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector y4 = FloatVector.fromArray(SPECIES, c, c4 + LANES);
    int c5 = cFrom + 5 * s.cRowStride();
    FloatVector x5 = FloatVector.fromArray(SPECIES, c, c5);
    FloatVector y5 = FloatVector.fromArray(SPECIES, c, c5 + LANES);
    int c6 = cFrom + 6 * s.cRowStride();
    FloatVector x6 = FloatVector.fromArray(SPECIES, c, c6);
    FloatVector y6 = FloatVector.fromArray(SPECIES, c, c6 + LANES);
    int c7 = cFrom + 7 * s.cRowStride();
    FloatVector x7 = FloatVector.fromArray(SPECIES, c, c7);
    FloatVector y7 = FloatVector.fromArray(SPECIES, c, c7 + LANES);
    int c8 = cFrom + 8 * s.cRowStride();
    FloatVector x8 = FloatVector.fromArray(SPECIES, c, c8);
    FloatVector y8 = FloatVector.fromArray(SPECIES, c, c8 + LANES);
    int c9 = cFrom + 9 * s.cRowStride();
    FloatVector x9 = FloatVector.fromArray(SPECIES, c, c9);
    FloatVector y9 = FloatVector.fromArray(SPECIES, c, c9 + LANES);
    int c10 = cFrom + 10 * s.cRowStride();
    FloatVector x10 = FloatVector.fromArray(SPECIES, c, c10);
    FloatVector y10 = FloatVector.fromArray(SPECIES, c, c10 + LANES);
    int c11 = cFrom + 11 * s.cRowStride();
    FloatVector x11 = FloatVector.fromArray(SPECIES, c, c11);
    FloatVector y11 = FloatVector.fromArray(SPECIES, c, c11 + LANES);
    int at = aFrom;
    int b = from;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, b);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, b + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + a1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      factor = FloatVector.broadcast(SPECIES, a[at + a2]);
      x2 = factor.fma(left, x2);
      y2 = factor.fma(right, y2);
      factor = FloatVector.broadcast(SPECIES, a[at + a3]);
      x3 = factor.fma(left, x3);
      y3 = factor.fma(right, y3);
      factor = FloatVector.broadcast(SPECIES, a[at + a4]);
      x4 = factor.fma(left, x4);
      y4 = factor.fma(right, y4);
      factor = FloatVector.broadcast(SPECIES, a[at + a5]);
      x5 = factor.fma(left, x5);
      y5 = factor.fma(right, y5);
      factor = FloatVector.broadcast(SPECIES, a[at + a6]);
      x6 = factor.fma(left, x6);
      y6 = factor.fma(right, y6);
      factor = FloatVector.broadcast(SPECIES, a[at + a7]);
      x7 = factor.fma(left, x7);
      y7 = factor.fma(right, y7);
      factor = FloatVector.broadcast(SPECIES, a[at + a8]);
      x8 = factor.fma(left, x8);
      y8 = factor.fma(right, y8);
      factor = FloatVector.broadcast(SPECIES, a[at + a9]);
      x9 = factor.fma(left, x9);
      y9 = factor.fma(right, y9);
      factor = FloatVector.broadcast(SPECIES, a[at + a10]);
      x10 = factor.fma(left, x10);
      y10 = factor.fma(right, y10);
      factor = FloatVector.broadcast(SPECIES, a[at + a11]);
      x11 = factor.fma(left, x11);
      y11 = factor.fma(right, y11);
      at += step;
      b += s.bRowStride();
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

  private static void rows8(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    int a2 = 2 * s.aRowStride();
    int a3 = 3 * s.aRowStride();
    int a4 = 4 * s.aRowStride();
    int a5 = 5 * s.aRowStride();
    int a6 = 6 * s.aRowStride();
    int a7 = 7 * s.aRowStride();
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    int c1 = cFrom + s.cRowStride();
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
    int c2 = cFrom + 2 * s.cRowStride();
    FloatVector x2 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector y2 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
    int c3 = cFrom + 3 * s.cRowStride();
    FloatVector x3 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector y3 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    int c4 = cFrom + 4 * s.cRowStride();
    FloatVector x4 = FloatVector.fromArray(SPECIES, c, c4);
    FloatVector y4 = FloatVector.fromArray(SPECIES, c, c4 + LANES);
    int c5 = cFrom + 5 * s.cRowStride();
    FloatVector x5 = FloatVector.fromArray(SPECIES, c, c5);
    FloatVector y5 = FloatVector.fromArray(SPECIES, c, c5 + LANES);
    int c6 = cFrom + 6 * s.cRowStride();
    FloatVector x6 = FloatVector.fromArray(SPECIES, c, c6);
    FloatVector y6 = FloatVector.fromArray(SPECIES, c, c6 + LANES);
    int c7 = cFrom + 7 * s.cRowStride();
    FloatVector x7 = FloatVector.fromArray(SPECIES, c, c7);
    FloatVector y7 = FloatVector.fromArray(SPECIES, c, c7 + LANES);
    int at = aFrom;
    int b = from;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, b);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, b + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + a1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      factor = FloatVector.broadcast(SPECIES, a[at + a2]);
      x2 = factor.fma(left, x2);
      y2 = factor.fma(right, y2);
      factor = FloatVector.broadcast(SPECIES, a[at + a3]);
      x3 = factor.fma(left, x3);
      y3 = factor.fma(right, y3);
      factor = FloatVector.broadcast(SPECIES, a[at + a4]);
      x4 = factor.fma(left, x4);
      y4 = factor.fma(right, y4);
      factor = FloatVector.broadcast(SPECIES, a[at + a5]);
      x5 = factor.fma(left, x5);
      y5 = factor.fma(right, y5);
      factor = FloatVector.broadcast(SPECIES, a[at + a6]);
      x6 = factor.fma(left, x6);
      y6 = factor.fma(right, y6);
      factor = FloatVector.broadcast(SPECIES, a[at + a7]);
      x7 = factor.fma(left, x7);
      y7 = factor.fma(right, y7);
      at += step;
      b += s.bRowStride();
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
  }

  private static void rows4(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    int a2 = 2 * s.aRowStride();
    int a3 = 3 * s.aRowStride();
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    int c1 = cFrom + s.cRowStride();
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
    int c2 = cFrom + 2 * s.cRowStride();
    FloatVector x2 = FloatVector.fromArray(SPECIES, c, c2);
    FloatVector y2 = FloatVector.fromArray(SPECIES, c, c2 + LANES);
    int c3 = cFrom + 3 * s.cRowStride();
    FloatVector x3 = FloatVector.fromArray(SPECIES, c, c3);
    FloatVector y3 = FloatVector.fromArray(SPECIES, c, c3 + LANES);
    int at = aFrom;
    int b = from;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, b);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, b + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + a1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      factor = FloatVector.broadcast(SPECIES, a[at + a2]);
      x2 = factor.fma(left, x2);
      y2 = factor.fma(right, y2);
      factor = FloatVector.broadcast(SPECIES, a[at + a3]);
      x3 = factor.fma(left, x3);
      y3 = factor.fma(right, y3);
      at += step;
      b += s.bRowStride();
    }
    x0.intoArray(c, cFrom);
    y0.intoArray(c, cFrom + LANES);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + LANES);
    x2.intoArray(c, c2);
    y2.intoArray(c, c2 + LANES);
    x3.intoArray(c, c3);
    y3.intoArray(c, c3 + LANES);
  }

  private static void rows2(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    int c1 = cFrom + s.cRowStride();
    FloatVector x1 = FloatVector.fromArray(SPECIES, c, c1);
    FloatVector y1 = FloatVector.fromArray(SPECIES, c, c1 + LANES);
    int at = aFrom;
    int b = from;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, b);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, b + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + a1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      at += step;
      b += s.bRowStride();
    }
    x0.intoArray(c, cFrom);
    y0.intoArray(c, cFrom + LANES);
    x1.intoArray(c, c1);
    y1.intoArray(c, c1 + LANES);
  }

  private static void rows1(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    FloatVector x0 = FloatVector.fromArray(SPECIES, c, cFrom);
    FloatVector y0 = FloatVector.fromArray(SPECIES, c, cFrom + LANES);
    int at = aFrom;
    int b = from;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, b);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, b + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      at += step;
      b += s.bRowStride();
    }
    x0.intoArray(c, cFrom);
    y0.intoArray(c, cFrom + LANES);
  }
}
