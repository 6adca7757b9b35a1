package dev.heed.attention;

import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.QueryBlock;

/// One modifier on one block of queries of one head. Each call is one pass over a tile.
interface ModifierStep {
  /// Replaces the scores of the tile.
  ///
  /// @param first the tile's first key
  void forward(QueryBlock block, int first);

  /// Replaces the scores of the tile once more, and takes note of what [#back] needs.
  default void again(BackwardBlock block, int first) {
    forward(block.queries(), first);
  }

  /// Turns the gradients of the scores after this modifier into those before it, as far as
  /// [BackwardTiles#weigh] has not, and takes in what its learned numbers get.
  ///
  /// Constant factors are left out of all gradients on the way, see [BlockModifiers#factor]: what
  /// learned numbers get is multiplied by those of the modifiers that come after this one.
  ///
  /// @param first the tile's first key
  @SuppressWarnings("UnusedVariable") // for modifiers that learn
  default void back(BackwardBlock block, int first) {}

  /// Adds what learned numbers got from all tiles to the sums of the block's head.
  default void finish() {}
}
