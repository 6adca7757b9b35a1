package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;

/// The forward pass of one call in tiles: what its tasks share.
///
/// A task is a block of queries of one head, so what it computes depends on shapes alone.
final class TiledPass {
  final BoundCall call;
  final HeadView out;
  final AttentionTiles tiles;

  /// Where `log Σ exp(score)` of each query goes, `[B, H, T]`; of no length where it is not wanted.
  final float[] logSums;

  final KeyTiles runs;

  private final int blocks;

  TiledPass(BoundCall call, HeadView out, float[] logSums, AttentionTiles tiles) {
    this.call = call;
    this.out = out;
    this.logSums = logSums;
    this.tiles = tiles;
    this.runs = new KeyTiles(call, Tiled.RUN);
    this.blocks = (call.shape.queries() + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
  }

  int tasks() {
    return Math.multiplyExact(call.shape.batch() * call.shape.heads(), blocks);
  }

  void run(int task, Workspace scratch) {
    AttentionShape shape = call.shape;
    int row = task / blocks;
    int t0 = task % blocks * QueryBlock.QUERIES;
    int t1 = Math.min(shape.queries(), t0 + QueryBlock.QUERIES);
    QueryBlock block =
        scratch.keep(
            QueryBlock.class,
            kept -> kept.fits(shape.width(), shape.valueWidth()),
            () -> new QueryBlock(shape.width(), shape.valueWidth()));
    MapTile queries = new MapTile(row / shape.heads(), row % shape.heads(), t0, t1, 0, 0);
    new TiledBlock(this, queries, block).run();
    for (int t = t0; t < t1 && logSums.length > 0; t++) {
      logSums[row * shape.queries() + t] = block.logSum(t - t0);
    }
  }
}
