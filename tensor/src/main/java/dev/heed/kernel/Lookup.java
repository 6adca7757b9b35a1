package dev.heed.kernel;

/// The steps of a look-up by a few queries in a run of keys and values, each of which is read once.
///
/// Queries are the heads that share the keys; a run is short enough to stay in cache between steps.
public interface Lookup {
  /// `scores = factor * few manyᵀ`.
  ///
  /// @param few `[r, E]`, one contiguous row a query
  /// @param many `[n, E]`, one contiguous row a key
  /// @param scores `[r, n]`, one contiguous row a query
  void dots(float factor, Matrix few, Matrix many, Matrix scores);

  /// The largest of a row; `-∞` where there is none, NaN where one is NaN.
  float largest(float[] a, int from, int length);

  /// Replaces each number `s` of a row by `exp(s - largest)` and returns their sum.
  float exponentials(float largest, float[] a, int from, int length);

  /// `out += weights many`.
  ///
  /// @param weights `[r, n]`, one contiguous row a query
  /// @param many `[n, W]`, one contiguous row a value
  /// @param out `[r, W]`, one contiguous row a query
  void mix(Matrix weights, Matrix many, Matrix out);
}
