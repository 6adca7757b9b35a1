package dev.heed.kernel;

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
}
