package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.TileMachine;
import dev.heed.tensor.Workspace;
import org.jspecify.annotations.Nullable;

/// One block of queries of one head on its way through the keys that the mask lets it see.
///
/// Runs of keys that are not empty are collected to tiles; where a run is partly visible, the mask
/// is evaluated on it alone.
final class TiledBlock {
  private static final int RUN = Tiled.RUN;

  /// Who sees which keys of a run; stays with a thread.
  static final class Visible {
    private final int[] words = new int[QueryBlock.QUERIES * RUN];
  }

  /// What stays with a thread, and readers of keys and of values.
  record Memory(Visible visible, HeadRows.Reader keys, HeadRows.Reader values) {
    static Memory of(AttentionInput input, Workspace scratch) {
      return new Memory(
          scratch.keep(Visible.class, _ -> true, Visible::new),
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

  /// What of a block depends on the normalizer, on chance and on functions of the user's own.
  record Choices(BlockNormalizer normalizer, BlockChance chance, TileMachine machine) {}

  private final BoundCall call;
  private final AttentionInput input;
  private final AttentionTiles tiles;
  private final TiledPass pass;
  private final MapTile queries;
  private final QueryBlock block;
  private final int[] partial = new int[QueryBlock.KEYS / RUN];
  private final BlockModifiers modifiers;
  private final BlockScore score;
  private final Memory memory;
  private final BlockNormalizer normalizer;
  private final BlockChance chance;

  /// What is done with a tile once its scores are there.
  private Step step = (_, _) -> {};

  private BoundMask.@Nullable Reader reader;
  private int partials;
  private int from;
  private int to;

  TiledBlock(TiledPass pass, MapTile queries, QueryBlock block, Memory memory, Choices choices) {
    this.normalizer = choices.normalizer;
    this.chance = choices.chance;
    this.memory = memory;
    this.pass = pass;
    this.call = pass.call;
    this.input = call.input;
    this.tiles = pass.kernels.attention();
    this.queries = queries;
    this.block = block;
    this.modifiers = new BlockModifiers(call, queries, pass.kernels, choices.machine);
    this.score =
        BlockScore.of(call, queries, pass.kernels, modifiers, LearnedSteps.Learning.NOTHING);
  }

  /// Computes the results of the block's queries.
  void run() {
    start();
    visit((first, end) -> {
      normalizer.weigh(block, first);
      chance.drop(block, first);
      int group = call.shape.groupOf(queries.h());
      tiles.sum(block, memory.values.rows(queries.b(), group, first, end));
    });
    normalizer.finish(block);
    tiles.finish(block, rows(pass.out, queries.h(), queries.t0(), queries.t1()));
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

  private void start() {
    Matrix q = rows(input.q(), queries.h(), queries.t0(), queries.t1());
    tiles.start(block, q, score.scale(), call.sinkLogit(queries.h()));
    if (normalizer.looksFirst()) {
      visit((first, _) -> normalizer.look(block, first));
      normalizer.decide(block);
    }
  }

  /// Visits all tiles.
  private void visit(Step each) {
    step = each;
    if (call.mask.seesEverything()) {
      add(0, call.shape.keys());
    } else {
      addVisible(pass.runs);
    }
    finishTile();
    from = 0;
    to = 0;
  }

  private void addVisible(KeyTiles runs) {
    int[] found = new int[runs.count()];
    int count = runs.find(queries, found);
    for (int n = 0; n < count; n++) {
      int run = found[n] < 0 ? ~found[n] : found[n];
      add(runs.start(run), runs.end(run));
      if (found[n] >= 0) {
        // Tiles begin where a run does and hold whole runs, so it is in the tile as a whole.
        partial[partials++] = runs.start(run);
      }
    }
  }

  private void add(int first, int end) {
    for (int s = first; s < end; ) {
      s = extend(s, end);
    }
  }

  /// Adds keys from `first` on to the tile, or to a new one, and returns the first key that had no
  /// room.
  private int extend(int first, int end) {
    if (first != to || to - from == QueryBlock.KEYS) {
      finishTile();
      from = first;
    }
    to = Math.min(end, from + QueryBlock.KEYS);
    return to;
  }

  private void finishTile() {
    if (from == to) {
      return;
    }
    int group = call.shape.groupOf(queries.h());
    score.score(block, memory.keys.rows(queries.b(), group, from, to));
    modifiers.forward(block, from);
    for (int n = 0; n < partials; n++) {
      hide(partial[n]);
    }
    chance.hide(block, from);
    step.tile(from, to);
    partials = 0;
    from = to;
  }

  private void hide(int first) {
    MapTile run = queries.withKeys(first, Math.min(call.shape.keys(), first + RUN));
    if (reader == null) {
      reader = call.mask.reader(RUN);
    }
    reader.fill(run, memory.visible.words);
    tiles.hide(block, first - from, run.keys(), memory.visible.words, run.keys());
  }

  private Matrix rows(HeadView view, int head, int first, int end) {
    int at = view.row(queries.b(), head, first);
    return new Matrix(view.array(), at, end - first, view.axes().width(), view.rowStride(), 1);
  }
}
