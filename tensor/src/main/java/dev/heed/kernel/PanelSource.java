package dev.heed.kernel;

/// The right-hand side `b` `[k, n]` of a product, seen only by the packing of its panels, so that
/// one register tile ([ProductTile]) serves every way in which numbers are stored.
interface PanelSource {
  /// The length of the axis that is summed over.
  int k();

  /// The number of columns.
  int n();

  /// Packs rows `kFrom` to `kTo` (exclusive) of the 32 columns from `column` on as `[kTo -
  /// kFrom][32]`, zeros where `b` has no column left. Called by many threads at once.
  ///
  /// @param column a multiple of 32
  /// @param kFrom a multiple of 256, so of every block length of a stored format
  /// @param kTo a multiple of 256 or [#k]
  void pack(int column, int kFrom, int kTo, float[] panel, int panelFrom);
}
