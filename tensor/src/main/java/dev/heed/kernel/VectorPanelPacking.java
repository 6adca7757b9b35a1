package dev.heed.kernel;

import static dev.heed.kernel.ProductTile.COLUMNS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Packing floats into panels `[k][32]`, see [PanelSource]; zeros where there are fewer columns.
final class VectorPanelPacking {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int STEP = TransposeTile.SIZE;

  private VectorPanelPacking() {}

  /// Packs `k` rows of `columns` numbers, `stride` floats apart.
  static void copy(float[] b, int from, int stride, int k, int columns, float[] panel, int at) {
    if (columns == COLUMNS) {
      copyWhole(b, from, stride, k, panel, at);
      return;
    }
    for (int i = 0; i < k; i++) {
      int row = at + i * COLUMNS;
      System.arraycopy(b, from + i * stride, panel, row, columns);
      Arrays.fill(panel, row + columns, row + COLUMNS, 0);
    }
  }

  private static void copyWhole(float[] b, int from, int stride, int k, float[] panel, int at) {
    for (int i = 0; i < k; i++) {
      for (int column = 0; column < COLUMNS; column += LANES) {
        FloatVector.fromArray(SPECIES, b, from + i * stride + column)
            .intoArray(panel, at + i * COLUMNS + column);
      }
    }
  }

  /// Copies `runs` runs of `length` numbers, at least a vector of them, `stride` floats apart, to
  /// runs `outStride` floats apart; the last vector of a run overlaps the one before it.
  static void copyRuns(
      float[] b, int from, int stride, int runs, int length, float[] out, int to, int outStride) {
    for (int run = 0; run < runs; run++) {
      int in = from + run * stride;
      int at = to + run * outStride;
      for (int i = 0; i <= length - LANES; i += LANES) {
        FloatVector.fromArray(SPECIES, b, in + i).intoArray(out, at + i);
      }
      int last = length - LANES;
      FloatVector.fromArray(SPECIES, b, in + last).intoArray(out, at + last);
    }
  }

  /// Packs `columns` columns, each a run of `k` numbers, `stride` floats apart.
  static void transpose(
      float[] b, int from, int stride, int k, int columns, float[] panel, int at) {
    int bound = columns == COLUMNS ? k - k % STEP : 0;
    if (LANES == STEP) {
      for (int i = 0; i < bound; i += STEP) {
        int to = at + i * COLUMNS;
        TransposeTile.transpose(b, from + i, stride, panel, to, COLUMNS);
        TransposeTile.transpose(b, from + i + STEP * stride, stride, panel, to + STEP, COLUMNS);
      }
    } else {
      for (int i = 0; i < bound; i += STEP) {
        transposeRows(b, from + i, stride, panel, at + i * COLUMNS);
      }
    }
    if (bound < k) {
      gather(b, from + bound, 1, stride, k - bound, columns, panel, at + bound * COLUMNS);
    }
  }

  /// 16 rows of a panel: few enough that they stay in the first cache between columns.
  private static void transposeRows(float[] b, int from, int stride, float[] panel, int at) {
    for (int column = 0; column < COLUMNS; column++) {
      int source = from + column * stride;
      for (int i = 0; i < STEP; i++) {
        panel[at + column + i * COLUMNS] = b[source + i];
      }
    }
  }

  /// Packs numbers of any strides.
  static void gather(
      float[] b,
      int from,
      int rowStride,
      int columnStride,
      int k,
      int columns,
      float[] panel,
      int at) {
    for (int i = 0; i < k; i++) {
      int row = at + i * COLUMNS;
      for (int j = 0; j < columns; j++) {
        panel[row + j] = b[from + i * rowStride + j * columnStride];
      }
      Arrays.fill(panel, row + columns, row + COLUMNS, 0);
    }
  }
}
