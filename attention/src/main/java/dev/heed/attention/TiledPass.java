package dev.heed.attention;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.Optional;

/// The forward pass of one call in tiles: what its tasks share.
///
/// A task is a block of queries of one head, so what it computes depends on shapes alone.
final class TiledPass {
  final BoundCall call;
  final HeadView out;
  final Kernels kernels;

  /// Where `log Σ exp(score)` of each query goes, where it is wanted.
  final Optional<LogSums> logSums;

  final KeyTiles runs;

  TiledPass(BoundCall call, HeadView out, Optional<LogSums> logSums, Kernels kernels) {
    this.call = call;
    this.out = out;
    this.logSums = logSums;
    this.kernels = kernels;
    this.runs = new KeyTiles(call, Tiled.RUN);
  }

  /// Writes the results of all queries.
  void run(Workers workers) {
    int queries = call.shape.queries();
    int blocks = (queries + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
    int tasks = Math.multiplyExact(call.shape.batch() * call.shape.heads(), blocks);
    workers.run(
        tasks,
        (task, scratch) -> {
          int t0 = task % blocks * QueryBlock.QUERIES;
          run(task / blocks, t0, Math.min(queries, t0 + QueryBlock.QUERIES), scratch);
        });
  }

  private void run(int row, int t0, int t1, Workspace scratch) {
    AttentionShape shape = call.shape;
    MapTile queries = new MapTile(row / shape.heads(), row % shape.heads(), t0, t1, 0, 0);
    if (call.chance.dropsHead(queries.b(), queries.h())) {
      clear(queries);
      return;
    }
    QueryBlock block =
        scratch.keep(
            QueryBlock.class,
            kept -> kept.fits(shape.width(), shape.valueWidth()),
            () -> new QueryBlock(shape.width(), shape.valueWidth()));
    TiledBlock.Memory memory = TiledBlock.Memory.of(call.input, scratch);
    BlockChance chance = new BlockChance(call.chance, queries, kernels.chance(), scratch);
    new TiledBlock(this, queries, block, memory, chance).run();
    for (int t = t0; t < t1 && logSums.isPresent(); t++) {
      logSums.get().set(row * shape.queries() + t, block.logSum(t - t0));
    }
  }

  /// What a head gives that chance dropped.
  private void clear(MapTile queries) {
    int row = (queries.b() * call.shape.heads() + queries.h()) * call.shape.queries();
    for (int t = queries.t0(); t < queries.t1(); t++) {
      int at = out.row(queries.b(), queries.h(), t);
      Arrays.fill(out.array(), at, at + call.shape.valueWidth(), 0);
      if (logSums.isPresent()) {
        logSums.get().set(row + t, Float.POSITIVE_INFINITY);
      }
    }
  }
}
