package dev.heed.kernel;

/// The steps of attention's backward on tiles: a block of queries meets a tile of keys after
/// another, as in [AttentionTiles], whose steps up to the mask compute the scores again.
///
/// For each block: [AttentionTiles#start], [#start] and [QueryBlock#row] for each query; for each
/// tile [AttentionTiles#score], the modifiers (with [#slope] where one is not linear), the mask,
/// [#gradients], [#weigh], [#addQueries], [#addKeys]; at last [#finish]. What keys and values get
/// from all blocks is collected in [KeyGradients]. [Dao 2023](https://arxiv.org/abs/2307.08691),
/// algorithm 2, with the queries side by side.
public interface BackwardTiles {
  /// Takes in the queries of a block, their results and the gradients of these, and forgets
  /// everything before.
  ///
  /// @param queries `[n, E]` with `n` up to [QueryBlock#QUERIES], one contiguous row a query
  /// @param factor what a score's derivative by the inner product is, besides slopes
  /// @param dOut `[n, W]`, one contiguous row a query
  /// @param out the results, shaped likewise
  void start(BackwardBlock block, Matrix queries, float factor, Matrix dOut, Matrix out);

  /// Takes note of what a soft cap does to the gradients of the scores that it just replaced.
  void slope(BackwardBlock block, float cap);

  /// Computes the gradients of the tile's weights, `dOut · v`.
  ///
  /// @param values `[n, W]`, one row a key of the tile
  void gradients(BackwardBlock block, Matrix values);

  /// Turns the scores into weights and the gradients of the weights into those of the scores: `w`
  /// by [WeightRule.Exponential] and `ds = w (dw - delta)`, times the slopes.
  void weigh(BackwardBlock block);

  /// Adds what the tile gives to the gradients of the queries.
  ///
  /// @param keys `[n, E]`, those of the tile
  void addQueries(BackwardBlock block, Matrix keys);

  /// Adds what the block gives to the gradients of the tile's keys and values.
  ///
  /// @param first the tile's first key
  void addKeys(BackwardBlock block, KeyGradients sums, int first);

  /// Adds the gradients of the block's queries to `dq`.
  ///
  /// @param dq `[n, E]`, one contiguous row a query
  void finish(BackwardBlock block, Matrix dq);

  /// Adds what was collected for keys `first` to `first + n - 1` to their gradients.
  ///
  /// @param dk `[n, E]`, one contiguous row a key
  /// @param dv `[n, W]`, one contiguous row a key
  void finish(KeyGradients sums, int first, Matrix dk, Matrix dv);
}
