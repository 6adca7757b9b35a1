package dev.heed.kernel;

import jdk.incubator.vector.FloatVector;

/// The register tile that every product is made of: a few rows of `a` times one packed panel of 32
/// columns of `b`.
///
/// A panel is `[k][32]`, contiguous; where `b` has fewer columns left, the panel is padded with
/// zeros and `c` must have room for the padding. `a` is read with any element strides, so it needs
/// packing only where its cache lines would collide. The order of additions over `k` does not
/// depend on the number of rows or on the lanes.
///
/// @param aRowStride floats from one row of `a` to the next
/// @param aColumnStride floats from one `k` of `a` to the next
/// @param cRowStride floats from one row of `c` to the next
/// @param adds whether `c += a b`, not `c = a b`
record ProductTile(int aRowStride, int aColumnStride, int cRowStride, boolean adds) {
  /// Columns of a panel.
  static final int COLUMNS = 32;

  /// Rows that one pass of the registers takes; the best number of rows to call [#multiply] with is
  /// a multiple of it.
  static final int ROWS;

  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  static {
    ROWS = LANES >= 16 ? 12 : LANES == 8 ? 6 : 8;
  }

  /// `c = a b`.
  static ProductTile writing(int aRowStride, int aColumnStride, int cRowStride) {
    return new ProductTile(aRowStride, aColumnStride, cRowStride, false);
  }

  /// `c += a b`.
  static ProductTile adding(int aRowStride, int aColumnStride, int cRowStride) {
    return new ProductTile(aRowStride, aColumnStride, cRowStride, true);
  }

  /// Multiplies `rows` rows of `a` `[rows, k]` with a panel `[k][32]` into `c` `[rows, 32]`; any
  /// number of rows.
  void multiply(
      int rows, int k, float[] a, int aFrom, float[] panel, int panelFrom, float[] c, int cFrom) {
    if (LANES >= 16) {
      Lane16Tile.multiply(this, rows, k, a, aFrom, panel, panelFrom, c, cFrom);
    } else if (LANES == 8) {
      Lane8Tile.multiply(this, rows, k, a, aFrom, panel, panelFrom, c, cFrom);
    } else {
      Lane4Tile.multiply(this, rows, k, a, aFrom, panel, panelFrom, c, cFrom);
    }
  }
}
