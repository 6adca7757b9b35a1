package dev.heed.kernel;

import org.jspecify.annotations.Nullable;

/// The product tile that was made last, for whoever asks for the same strides again and again.
/// Threads may share it.
final class LatestTile {
  private @Nullable ProductTile latest;

  /// As [ProductTile#writing].
  ProductTile writing(int aRowStride, int aColumnStride, int cRowStride) {
    return of(aRowStride, aColumnStride, cRowStride, false);
  }

  /// As [ProductTile#adding].
  ProductTile adding(int aRowStride, int aColumnStride, int cRowStride) {
    return of(aRowStride, aColumnStride, cRowStride, true);
  }

  private ProductTile of(int aRowStride, int aColumnStride, int cRowStride, boolean adds) {
    ProductTile known = latest;
    if (known == null
        || known.aRowStride() != aRowStride
        || known.aColumnStride() != aColumnStride
        || known.cRowStride() != cRowStride
        || known.adds() != adds) {
      known = new ProductTile(aRowStride, aColumnStride, ProductTile.COLUMNS, cRowStride, adds);
      latest = known;
    }
    return known;
  }
}
