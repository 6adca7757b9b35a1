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
      case 12 -> rows12(s, k, a, aFrom, panel, from, c, cFrom);
      case 8 -> rows8(s, k, a, aFrom, panel, from, c, cFrom);
      case 4 -> rows4(s, k, a, aFrom, panel, from, c, cFrom);
      case 2 -> rows2(s, k, a, aFrom, panel, from, c, cFrom);
      default -> rows1(s, k, a, aFrom, panel, from, c, cFrom);
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
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector y0 = FloatVector.zero(SPECIES);
    FloatVector x1 = FloatVector.zero(SPECIES);
    FloatVector y1 = FloatVector.zero(SPECIES);
    FloatVector x2 = FloatVector.zero(SPECIES);
    FloatVector y2 = FloatVector.zero(SPECIES);
    FloatVector x3 = FloatVector.zero(SPECIES);
    FloatVector y3 = FloatVector.zero(SPECIES);
    FloatVector x4 = FloatVector.zero(SPECIES);
    FloatVector y4 = FloatVector.zero(SPECIES);
    FloatVector x5 = FloatVector.zero(SPECIES);
    FloatVector y5 = FloatVector.zero(SPECIES);
    FloatVector x6 = FloatVector.zero(SPECIES);
    FloatVector y6 = FloatVector.zero(SPECIES);
    FloatVector x7 = FloatVector.zero(SPECIES);
    FloatVector y7 = FloatVector.zero(SPECIES);
    FloatVector x8 = FloatVector.zero(SPECIES);
    FloatVector y8 = FloatVector.zero(SPECIES);
    FloatVector x9 = FloatVector.zero(SPECIES);
    FloatVector y9 = FloatVector.zero(SPECIES);
    FloatVector x10 = FloatVector.zero(SPECIES);
    FloatVector y10 = FloatVector.zero(SPECIES);
    FloatVector x11 = FloatVector.zero(SPECIES);
    FloatVector y11 = FloatVector.zero(SPECIES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
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
    }
    int next = s.cRowStride();
    put(s, x0, y0, c, cFrom);
    put(s, x1, y1, c, cFrom + next);
    put(s, x2, y2, c, cFrom + 2 * next);
    put(s, x3, y3, c, cFrom + 3 * next);
    put(s, x4, y4, c, cFrom + 4 * next);
    put(s, x5, y5, c, cFrom + 5 * next);
    put(s, x6, y6, c, cFrom + 6 * next);
    put(s, x7, y7, c, cFrom + 7 * next);
    put(s, x8, y8, c, cFrom + 8 * next);
    put(s, x9, y9, c, cFrom + 9 * next);
    put(s, x10, y10, c, cFrom + 10 * next);
    put(s, x11, y11, c, cFrom + 11 * next);
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
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector y0 = FloatVector.zero(SPECIES);
    FloatVector x1 = FloatVector.zero(SPECIES);
    FloatVector y1 = FloatVector.zero(SPECIES);
    FloatVector x2 = FloatVector.zero(SPECIES);
    FloatVector y2 = FloatVector.zero(SPECIES);
    FloatVector x3 = FloatVector.zero(SPECIES);
    FloatVector y3 = FloatVector.zero(SPECIES);
    FloatVector x4 = FloatVector.zero(SPECIES);
    FloatVector y4 = FloatVector.zero(SPECIES);
    FloatVector x5 = FloatVector.zero(SPECIES);
    FloatVector y5 = FloatVector.zero(SPECIES);
    FloatVector x6 = FloatVector.zero(SPECIES);
    FloatVector y6 = FloatVector.zero(SPECIES);
    FloatVector x7 = FloatVector.zero(SPECIES);
    FloatVector y7 = FloatVector.zero(SPECIES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
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
    }
    int next = s.cRowStride();
    put(s, x0, y0, c, cFrom);
    put(s, x1, y1, c, cFrom + next);
    put(s, x2, y2, c, cFrom + 2 * next);
    put(s, x3, y3, c, cFrom + 3 * next);
    put(s, x4, y4, c, cFrom + 4 * next);
    put(s, x5, y5, c, cFrom + 5 * next);
    put(s, x6, y6, c, cFrom + 6 * next);
    put(s, x7, y7, c, cFrom + 7 * next);
  }

  private static void rows4(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    int a2 = 2 * s.aRowStride();
    int a3 = 3 * s.aRowStride();
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector y0 = FloatVector.zero(SPECIES);
    FloatVector x1 = FloatVector.zero(SPECIES);
    FloatVector y1 = FloatVector.zero(SPECIES);
    FloatVector x2 = FloatVector.zero(SPECIES);
    FloatVector y2 = FloatVector.zero(SPECIES);
    FloatVector x3 = FloatVector.zero(SPECIES);
    FloatVector y3 = FloatVector.zero(SPECIES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
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
    }
    int next = s.cRowStride();
    put(s, x0, y0, c, cFrom);
    put(s, x1, y1, c, cFrom + next);
    put(s, x2, y2, c, cFrom + 2 * next);
    put(s, x3, y3, c, cFrom + 3 * next);
  }

  private static void rows2(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    int a1 = s.aRowStride();
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector y0 = FloatVector.zero(SPECIES);
    FloatVector x1 = FloatVector.zero(SPECIES);
    FloatVector y1 = FloatVector.zero(SPECIES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      factor = FloatVector.broadcast(SPECIES, a[at + a1]);
      x1 = factor.fma(left, x1);
      y1 = factor.fma(right, y1);
      at += step;
    }
    int next = s.cRowStride();
    put(s, x0, y0, c, cFrom);
    put(s, x1, y1, c, cFrom + next);
  }

  private static void rows1(
      ProductTile s, int k, float[] a, int aFrom, float[] panel, int from, float[] c, int cFrom) {
    int step = s.aColumnStride();
    FloatVector x0 = FloatVector.zero(SPECIES);
    FloatVector y0 = FloatVector.zero(SPECIES);
    int at = aFrom;
    for (int i = 0; i < k; i++) {
      FloatVector left = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS);
      FloatVector right = FloatVector.fromArray(SPECIES, panel, from + i * COLUMNS + LANES);
      FloatVector factor = FloatVector.broadcast(SPECIES, a[at]);
      x0 = factor.fma(left, x0);
      y0 = factor.fma(right, y0);
      at += step;
    }
    put(s, x0, y0, c, cFrom);
  }

  private static void put(ProductTile s, FloatVector left, FloatVector right, float[] c, int at) {
    if (s.adds()) {
      left.add(FloatVector.fromArray(SPECIES, c, at)).intoArray(c, at);
      right.add(FloatVector.fromArray(SPECIES, c, at + LANES)).intoArray(c, at + LANES);
    } else {
      left.intoArray(c, at);
      right.intoArray(c, at + LANES);
    }
  }
}
