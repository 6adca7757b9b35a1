package dev.heed.kernel;

/// The steps of attention on tiles: a block of queries meets a tile of keys after another.
///
/// For each block: [#start]; for each tile [#score], the modifiers, [#hide] where the mask hides
/// something, [#weigh], [#sum]; at last [#finish]. An online softmax, [Rabe and Staats
/// 2021](https://arxiv.org/abs/2112.05682); what a step costs beyond its numbers is one call.
public interface AttentionTiles {
  /// Takes in the queries of a block and forgets everything before.
  ///
  /// @param queries `[n, E]` with `n` up to [QueryBlock#QUERIES]
  /// @param scale the factor on every score
  /// @param sink a logit that counts in every row without a key of its own; `-∞` for none
  void start(QueryBlock block, Matrix queries, float scale, float sink);

  /// The scores of all queries of the block with a tile of keys.
  ///
  /// @param keys `[n, E]` with `n` up to [QueryBlock#KEYS]
  void score(QueryBlock block, Matrix keys);

  /// Multiplies all scores.
  void scale(QueryBlock block, float factor);

  /// Replaces each score `s` by `cap * tanh(s / cap)`.
  void softCap(QueryBlock block, float cap);

  /// Subtracts `slope * |i - j|`, the positions of the query and the key.
  ///
  /// @param i positions of the queries, as many as the block has
  /// @param j positions of the keys, as many as the tile has
  void subtractDistance(QueryBlock block, float slope, int[] i, int iFrom, int[] j, int jFrom);

  /// Hides keys `first` to `first + count - 1` of the tile from queries. A hidden key counts
  /// nowhere, whatever its numbers are.
  ///
  /// @param visible a bit for each query, set where it sees key `first + n`, at `from + n`
  void hide(QueryBlock block, int first, int count, int[] visible, int from);

  /// Turns the scores into weights relative to the largest score so far.
  void weigh(QueryBlock block);

  /// Adds the weighted values of the tile.
  ///
  /// @param values `[n, W]`, one row a key of the tile
  void sum(QueryBlock block, Matrix values);

  /// Writes the weighted means, zeros for a query that saw nothing.
  ///
  /// @param out `[n, W]`, one row a query; its columns contiguous
  void finish(QueryBlock block, Matrix out);
}
