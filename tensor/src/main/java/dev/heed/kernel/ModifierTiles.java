package dev.heed.kernel;

/// What modifiers with numbers of their own do to the scores of a tile of [AttentionTiles], and
/// what these numbers get of the gradients of a tile of [BackwardTiles].
///
/// A gradient that is zero gives nothing, whatever it would be multiplied with: nobody saw that
/// place.
public interface ModifierTiles {
  /// Adds to each score a number of its own.
  ///
  /// @param rows `[n, keys]`, one contiguous row a query; rows may lie in one place
  void addRows(QueryBlock block, Matrix rows);

  /// Adds `table[starts[s] + t]` to the score of query `t` and key `s` of the tile, for all 32
  /// places of queries.
  void addWindows(QueryBlock block, float[] table, int[] starts);

  /// Adds `queries[t] + keys[from + s]` to each score.
  ///
  /// @param queries 32 numbers
  void addSums(QueryBlock block, float[] queries, float[] keys, int from);

  /// Keeps the scores of the tile, `[keys][32]`.
  void copy(QueryBlock block, float[] scores);

  /// Writes `1 - (s / cap)²` of each score, `[keys][32]`.
  void slopes(QueryBlock block, float cap, float[] slopes);

  /// Multiplies each gradient with a number of its own, `[keys][32]`.
  void multiply(BackwardBlock block, float[] slopes);

  /// Adds to `rows` `factor` times the gradients, the other way of [#addRows].
  void sumRows(BackwardBlock block, float factor, Matrix rows);

  /// Adds the gradients to `table`, the other way of [#addWindows].
  void sumWindows(BackwardBlock block, float[] table, int[] starts);

  /// Adds the gradients of each query to `queries` (32 numbers), and `factor` times those of each
  /// key to `keys` from `from` on.
  void sumSums(BackwardBlock block, float[] queries, float factor, double[] keys, int from);

  /// The sum of all gradients, each times a number of its own, `[keys][32]`.
  double dot(BackwardBlock block, float[] numbers);
}
