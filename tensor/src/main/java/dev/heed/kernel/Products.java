package dev.heed.kernel;

import dev.heed.tensor.Workspace;

/// Matrix products of numbers in arrays, for every combination of transposes.
public interface Products {
  /// `c = a b`.
  ///
  /// @param a `[m, k]`
  /// @param b `[k, n]`
  /// @param c `[m, n]`, its columns contiguous; overwritten
  void multiply(Matrix a, Matrix b, Matrix c, Workers workers);

  /// `c += a b`, shapes as in [#multiply].
  void multiplyAdd(Matrix a, Matrix b, Matrix c, Workers workers);

  /// `c = a b` by the calling thread alone, for matrices that its caches hold.
  void multiply(Matrix a, Matrix b, Matrix c, Workspace scratch);

  /// `c += a b` by the calling thread alone, for matrices that its caches hold.
  void multiplyAdd(Matrix a, Matrix b, Matrix c, Workspace scratch);
}
