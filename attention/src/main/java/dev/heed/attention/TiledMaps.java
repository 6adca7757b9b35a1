package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.ObserverTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.Optional;

/// What [Tiled] computes, stopped at each step: the same tiles, whose scores and weights are
/// written to maps and read from them.
final class TiledMaps implements AttentionMaps {
  private final BoundCall call;
  private final AttentionShape shape;

  TiledMaps(BoundCall call) {
    this.call = call;
    this.shape = call.shape;
  }

  /// What is done with a block of queries, whose first row in a map begins at `at`.
  private interface Step {
    void run(TiledBlock block, int at);
  }

  @Override
  public Tensor scores(Run run) {
    Tensor scores = allocate(run, Float.NEGATIVE_INFINITY);
    blocks(
        call.input.q(),
        run,
        (block, at) ->
            block.score((tile, from, _) ->
                tile.write(
                    scores.array(),
                    scores.offset() + at + from,
                    shape.keys(),
                    Float.NEGATIVE_INFINITY)));
    return scores;
  }

  @Override
  public Tensor pattern(Tensor scores, Run run) {
    Tensor pattern = allocate(run, 0);
    ObserverTiles tiles = run.kernels().observers();
    blocks(
        call.input.q(),
        run,
        (block, at) ->
            block
                .reading(scores.array(), scores.offset() + at, shape.keys())
                .observe((tile, from, _) -> {
                  tiles.clean(tile);
                  tile.write(pattern.array(), pattern.offset() + at + from, shape.keys(), 0);
                }));
    return pattern;
  }

  @Override
  public void mix(Tensor pattern, HeadView out, Run run) {
    call.checkOut("out", out);
    blocks(
        out,
        run,
        (block, at) -> block.reading(pattern.array(), pattern.offset() + at, shape.keys()).mix());
  }

  private Tensor allocate(Run run, float number) {
    Tensor map =
        run.allocate(Shape.of(shape.batch(), shape.heads(), shape.queries(), shape.keys()));
    Arrays.fill(map.array(), map.offset(), map.offset() + map.size(), number);
    return map;
  }

  private void blocks(HeadView out, Run run, Step each) {
    Workspace.Mark before = run.workspace().mark();
    TiledPass pass = new TiledPass(Lowering.of(call, run), out, Optional.empty(), run.kernels());
    int blocks = Math.ceilDiv(shape.queries(), QueryBlock.QUERIES);
    int tasks = Math.multiplyExact(shape.batch() * shape.heads(), blocks);
    run.workers()
        .run(
            tasks,
            (task, scratch) -> {
              Workspace.Mark mark = scratch.mark();
              int head = task / blocks;
              int t0 = task % blocks * QueryBlock.QUERIES;
              int t1 = Math.min(shape.queries(), t0 + QueryBlock.QUERIES);
              MapTile queries =
                  new MapTile(head / shape.heads(), head % shape.heads(), t0, t1, 0, 0);
              TiledBlock block = pass.block(queries, pass.choices(queries, scratch), scratch);
              each.run(block, (head * shape.queries() + t0) * shape.keys());
              scratch.release(mark);
            });
    run.workspace().release(before);
  }
}
