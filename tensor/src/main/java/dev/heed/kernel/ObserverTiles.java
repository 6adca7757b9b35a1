package dev.heed.kernel;

/// What is observed of the weights of a tile, as [NormalizerTiles#weigh] makes them. Sums over the
/// keys of a query are in `[32]`, one place a query.
public interface ObserverTiles {
  /// Makes the weights of what nobody sees, and of queries that are not there, zeros.
  void clean(QueryBlock block);

  /// `sums -= Σ w log w`.
  void addInformation(QueryBlock block, float[] sums);

  /// `maxima = max(maxima, w)`.
  void raise(QueryBlock block, float[] maxima);

  /// `sums += Σ w |i - j|`, the positions of the query and the key.
  ///
  /// @param i positions of the queries, as many as the block has
  /// @param j positions of the keys, as many as the tile has
  void addDistance(QueryBlock block, int[] i, int iFrom, int[] j, int jFrom, float[] sums);

  /// `sums[from + s] += Σ w` over the queries of each key `s` of the tile.
  void addKeys(QueryBlock block, float[] sums, int from);

  /// `sums[at + t] += Σ w` over the tile's keys `first` to `first + count - 1`.
  void addQueries(QueryBlock block, int first, int count, float[] sums, int at);

  /// `sums[at + t] += Σ score` and `counts[at + t] += Σ 1` over those of the tile's keys `first` to
  /// `first + count - 1` that query `t` sees; scores, not weights.
  void addScores(QueryBlock block, int first, int count, float[] sums, float[] counts, int at);

  /// Collects the keys with the largest weights.
  ///
  /// @param first the tile's first key
  void collect(QueryBlock block, TopKeys top, int first);
}
