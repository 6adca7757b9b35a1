package dev.heed.attention.source;

/// Finds keys by their inner product with a query, exactly or nearly. Outside of the core it may be
/// a graph or whatever else finds neighbours fast.
///
/// One thread uses an index at a time.
public interface NeighbourIndex {
  /// Says that the first `rows` keys are written by now and will not change.
  void extend(int rows);

  /// Writes the numbers of the keys whose inner product with the query is largest, the largest
  /// first and of equal ones the older, as many as there are and as `found` holds.
  ///
  /// @param query holds a query of the keys' width, from `from` on
  /// @return how many were found
  int find(float[] query, int from, int[] found);

  /// Makes an index over keys that will be written to `keys`, row after row.
  @FunctionalInterface
  interface Factory {
    NeighbourIndex over(float[] keys, int width);
  }
}
