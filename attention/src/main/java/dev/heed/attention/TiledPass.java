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

  /// Where what rows keep goes, where it is wanted.
  final Optional<RowNumbers> numbers;

  private final VisibleBlocks visible;

  TiledPass(BoundCall call, HeadView out, Optional<RowNumbers> numbers, Kernels kernels) {
    this.call = call;
    this.out = out;
    this.numbers = numbers;
    this.kernels = kernels;
    this.visible = new VisibleBlocks(call);
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
    TiledBlock.Choices choices = choices(queries, scratch);
    TiledBlock tiled = block(queries, choices, scratch);
    tiled.run();
    for (int t = t0; t < t1 && numbers.isPresent(); t++) {
      choices.normalizer().keep(tiled.block(), t - t0, numbers.get(), row * shape.queries() + t);
    }
  }

  /// A block of queries of a head, over memory that stays with the thread.
  TiledBlock block(MapTile queries, TiledBlock.Choices choices, Workspace scratch) {
    AttentionShape shape = call.shape;
    QueryBlock block =
        scratch.keep(
            QueryBlock.class,
            kept -> kept.fits(shape.width(), shape.valueWidth()),
            () -> new QueryBlock(shape.width(), shape.valueWidth()));
    TiledBlock.Memory memory = TiledBlock.Memory.of(call.input, scratch);
    return new TiledBlock(this, queries, block, memory, choices);
  }

  /// What of a block depends on the call's choices.
  TiledBlock.Choices choices(MapTile queries, Workspace scratch) {
    return new TiledBlock.Choices(
        visible.of(queries, scratch),
        BlockNormalizer.of(call, queries, kernels, scratch),
        new BlockChance(call.chance, queries, kernels.chance(), scratch),
        scratch);
  }

  /// What a head gives that chance dropped.
  private void clear(MapTile queries) {
    for (int t = queries.t0(); t < queries.t1(); t++) {
      int at = out.row(queries.b(), queries.h(), t);
      Arrays.fill(out.array(), at, at + call.shape.valueWidth(), 0);
    }
  }
}
