package dev.heed.kernel;

import static dev.heed.kernel.ProductTile.COLUMNS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The product tile on 128-bit lanes: 8 rows by 2 vectors, for machines with 32 short registers;
/// the panel's 32 columns are four passes.
final class Lane4Tile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_128;
  private static final int LANES = 4;

  private Lane4Tile() {}

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
      int size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      int aAt = aFrom + row * s.aRowStride();
      int cAt = cFrom + row * s.cRowStride();
      for (int column = 0; column < COLUMNS; column += 2 * LANES) {
        run(s, size, k, a, aAt, panel, from + column, c, cAt + column);
      }
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
      case 8 -> rows8(s, k, a, aFrom, panel, from, c, cFrom);
      case 4 -> rows4(s, k, a, aFrom, panel, from, c, cFrom);
      case 2 -> rows2(s, k, a, aFrom, panel, from, c, cFrom);
      default -> rows1(s, k, a, aFrom, panel, from, c, cFrom);
    }
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
