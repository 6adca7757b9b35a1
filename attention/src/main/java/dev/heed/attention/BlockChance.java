package dev.heed.attention;

import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.ChanceTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.RowDraws;
import dev.heed.tensor.Workspace;

/// What chance leaves out for one block of queries of one head, tile by tile.
final class BlockChance {
  private final BoundChance chance;
  private final ChanceTiles tiles;
  private final Draws draws;

  /// The draws of a block; they stay with a thread.
  private static final class Draws {
    private final RowDraws keys = new RowDraws();
    private final RowDraws weights = new RowDraws();
  }

  /// @param queries the block
  /// @param scratch of the thread
  BlockChance(BoundChance chance, MapTile queries, ChanceTiles tiles, Workspace scratch) {
    this.chance = chance;
    this.tiles = tiles;
    this.draws = scratch.keep(Draws.class, _ -> true, Draws::new);
    if (chance.dropsKeys()) {
      chance.drawKeys(queries, draws.keys);
    }
    if (chance.dropsWeights() || chance.dropsHeads()) {
      chance.drawWeights(queries, draws.weights);
    }
  }

  /// Hides the keys that are dropped from the block's scores.
  ///
  /// @param first the tile's first key
  void hide(QueryBlock block, int first) {
    if (chance.dropsKeys()) {
      tiles.hide(block, draws.keys, first);
    }
  }

  /// Whether weights are dropped.
  boolean dropsWeights() {
    return chance.dropsWeights() || chance.dropsHeads();
  }

  /// Drops weights of the block's tile.
  void drop(QueryBlock block, int first) {
    if (dropsWeights()) {
      tiles.drop(block, draws.weights, first, chance.factor());
    }
  }

  /// Drops the gradients of what [#drop(QueryBlock, int)] drops.
  void drop(BackwardBlock block, int first) {
    if (dropsWeights()) {
      tiles.drop(block, draws.weights, first, chance.factor());
    }
  }
}
