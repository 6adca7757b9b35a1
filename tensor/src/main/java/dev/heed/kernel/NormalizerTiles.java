package dev.heed.kernel;

/// What other normalizers than the online softmax of [AttentionTiles#weigh] do with the scores of a
/// tile. Where rows have numbers that all their scores together decide, a first look at all tiles
/// ([#collect]) finds them, and [#settle] the numbers; a second one weighs.
public interface NormalizerTiles {
  /// Turns the scores into weights by a rule and by what is known of each row ([QueryBlock#row]).
  void weigh(QueryBlock block, WeightRule rule);

  /// Collects the tile's scores within reach of the largest so far.
  void collect(QueryBlock block, Reach reach);

  /// Finds the numbers of each row with which all its weights by `rule`, whose factor is 1, add up
  /// to 1.
  void settle(QueryBlock block, Reach reach, WeightRule.Ramp rule);

  /// Hides all keys but those that a row selected ([QueryBlock#select]).
  ///
  /// @param first the tile's first key
  void select(QueryBlock block, int first);

  /// Hides keys `first` to `first + count - 1` of the tile from all queries but those with a bit in
  /// `queries`.
  void leave(QueryBlock block, int first, int count, int queries);

  /// Turns the scores into weights, and writes their rates beside them.
  void weigh(BackwardBlock block, WeightRule rule);

  /// Adds what the gradients of statistics give to those of the weights: `coverage[s] - entropy[t]
  /// (log w + 1)` where `w > 0`.
  ///
  /// @param coverage one number a key of the tile, from `at` on
  void addStatistics(BackwardBlock block, float[] coverage, int at);

  /// Adds the tile's rates, and these times the gradients of the weights, to the block's sums.
  void add(BackwardBlock block);

  /// Adds the tile's `-w log w`, and what these and the weights are with the gradients, to the
  /// block's sums.
  void addInformation(BackwardBlock block);

  /// Turns the gradients of the weights into those of the scores: `ds = rate (dw - delta)`, times
  /// the slopes.
  void chain(BackwardBlock block);
}
