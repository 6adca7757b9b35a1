package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;
import java.util.function.IntFunction;

/// One block of queries of one head on its way through the keys that the mask lets it see.
final class TiledBlock {
  /// Readers of keys and of values, which stay with a thread.
  record Memory(HeadRows.Reader keys, HeadRows.Reader values) {
    static Memory of(AttentionInput input, Workspace scratch) {
      return new Memory(
          input.keys().reader(QueryBlock.KEYS, scratch),
          input.values().reader(QueryBlock.KEYS, scratch));
    }
  }

  /// What is done with the scores of keys `from` to `to`.
  private interface Step {
    void tile(int from, int to);
  }

  /// Who looks at the weights of keys `from` to `to`, in the place of the scores.
  interface Watcher {
    void tile(QueryBlock block, int from, int to);
  }

  /// What of a block depends on the mask, the normalizer, on chance and on functions of the user's
  /// own.
  record Choices(
      VisibleKeys visible, BlockNormalizer normalizer, BlockChance chance, Workspace scratch) {}

  private final BoundCall call;
  private final AttentionInput input;
  private final AttentionTiles tiles;
  private final TiledPass pass;
  private final MapTile queries;
  private final QueryBlock block;
  private final BlockModifiers modifiers;
  private final BlockScore score;
  private final Memory memory;
  private final VisibleKeys visible;
  private final BlockNormalizer normalizer;
  private final BlockChance chance;

  /// Where the scores, or weights, of a tile come from.
  private Step source;

  TiledBlock(TiledPass pass, MapTile queries, QueryBlock block, Memory memory, Choices choices) {
    this.normalizer = choices.normalizer;
    this.chance = choices.chance;
    this.visible = choices.visible;
    this.memory = memory;
    this.pass = pass;
    this.call = pass.call;
    this.input = call.input;
    this.tiles = pass.kernels.attention();
    this.queries = queries;
    this.block = block;
    this.modifiers = new BlockModifiers(call, queries, pass.kernels, choices.scratch);
    this.score =
        BlockScore.of(call, queries, pass.kernels, modifiers, LearnedSteps.Learning.NOTHING);
    int group = call.shape.groupOf(queries.h());
    this.source =
        (from, to) -> {
          score.score(block, memory.keys.rows(queries.b(), group, from, to));
          modifiers.forward(block, from);
        };
  }

  /// The queries on their way.
  QueryBlock block() {
    return block;
  }

  /// The same block, which reads its scores, or weights, from a map.
  ///
  /// @param at where its first row begins
  /// @param stride from a row to the next
  TiledBlock reading(float[] map, int at, int stride) {
    source = (from, to) -> block.read(map, at + from, stride, to - from);
    return this;
  }

  /// Computes the results of the block's queries.
  void run() {
    start();
    if (normalizer.mixesFew(visible.count()) && !chance.dropsWeights()) {
      mixFew();
      return;
    }
    visit((first, end) -> {
      normalizer.weigh(block, first);
      chance.drop(block, first);
      addValues(first, end);
    });
    normalizer.finish(block);
    tiles.finish(block, rows(pass.out, queries.h(), queries.t0(), queries.t1()));
  }

  private void mixFew() {
    int group = call.shape.groupOf(queries.h());
    IntFunction<Matrix> values = key -> memory.values.rows(queries.b(), group, key, key + 1);
    for (int t = queries.t0(); t < queries.t1(); t++) {
      Matrix out = rows(pass.out, queries.h(), t, t + 1);
      normalizer.mix(block, t - queries.t0(), values, out);
    }
    normalizer.finish(block);
  }

  /// Shows the block's weights, before chance, to `watcher`, one pass after they are known.
  void observe(Watcher watcher) {
    start();
    if (normalizer.knowsLast()) {
      visit((first, _) -> normalizer.weigh(block, first));
    }
    normalizer.finish(block);
    visit((first, end) -> {
      normalizer.again(block, first);
      pass.kernels.normalizers().weigh(block, normalizer.rule());
      watcher.tile(block, first, end);
    });
  }

  /// Shows the block's scores to `watcher`.
  void score(Watcher watcher) {
    begin();
    visit((first, end) -> watcher.tile(block, first, end));
  }

  /// Computes the results of weights that are read.
  void mix() {
    begin();
    visit((first, end) -> {
      pass.kernels.observers().clean(block);
      block.settle();
      chance.drop(block, first);
      addValues(first, end);
    });
    tiles.finish(block, rows(pass.out, queries.h(), queries.t0(), queries.t1()));
  }

  private void addValues(int first, int end) {
    int group = call.shape.groupOf(queries.h());
    tiles.sum(block, memory.values.rows(queries.b(), group, first, end));
  }

  private void begin() {
    Matrix q = rows(input.q(), queries.h(), queries.t0(), queries.t1());
    tiles.start(block, q, score.scale(), call.sinkLogit(queries.h()));
  }

  private void start() {
    begin();
    if (normalizer.looksFirst()) {
      visit((first, _) -> normalizer.look(block, first));
      normalizer.decide(block);
    }
  }

  /// Visits all tiles.
  private void visit(Step step) {
    visible.visit(
        QueryBlock.KEYS,
        (from, to, stretch) -> {
          source.tile(from, to);
          visible.hide(tiles, block, from, stretch);
          chance.hide(block, from);
          step.tile(from, to);
        });
  }

  private Matrix rows(HeadView view, int head, int first, int end) {
    int at = view.row(queries.b(), head, first);
    return new Matrix(view.array(), at, end - first, view.axes().width(), view.rowStride(), 1);
  }
}
