package dev.heed.kernel;

/// What chance does to the tiles of [AttentionTiles] and [BackwardTiles].
public interface ChanceTiles {
  /// Hides keys of the tile from the queries that draw so, as [AttentionTiles#hide] does.
  ///
  /// @param first the tile's first key
  void hide(QueryBlock block, RowDraws draws, int first);

  /// Sets the weights of the tile that are drawn to zero and multiplies the others.
  ///
  /// @param first the tile's first key
  void drop(QueryBlock block, RowDraws draws, int first, float factor);

  /// Does to the gradients of the weights what [#drop] does to the weights.
  void drop(BackwardBlock block, RowDraws draws, int first, float factor);
}
