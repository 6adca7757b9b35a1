package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.BackwardTiles;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.NormalizerTiles;
import dev.heed.kernel.QueryBlock;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One block of queries of one head on its way back through the keys that the mask let it see; the
/// way is that of [TiledBlock].
///
/// Where a run of keys is partly visible, the mask is evaluated first, so that keys at its ends
/// that nobody sees are left out: half of a run at a causal mask's edge, which is much in short
/// texts.
final class TiledBackwardBlock {
  private static final int RUN = Tiled.RUN;
  private static final float[] NO_COVERAGE = new float[BackwardBlock.KEYS];
  private static final int RUNS = BackwardBlock.KEYS / RUN + 2;

  /// Who sees which keys of the partly visible runs of a tile; stays with a thread.
  static final class Visible {
    private final int[][] words = new int[RUNS][QueryBlock.QUERIES * RUN];
    private final int[] any = new int[RUN];
    private final int[] first = new int[RUNS];
    private final int[] count = new int[RUNS];
    private int[] found = new int[0];
    private int runs;
  }

  private final TiledBackward pass;
  private final BoundCall call;
  private final AttentionInput input;
  private final AttentionTiles tiles;
  private final BackwardTiles backward;
  private final MapTile queries;
  private final BackwardBlock block;
  private final TiledBackward.Group group;
  private final Visible visible;
  private final BlockNormalizer normalizer;
  private final NormalizerTiles normalizers;
  private final BlockChance chance;
  private final BlockModifiers modifiers;
  private final BlockScore score;

  /// Whether the gradients of the scores follow as those of softmax do, in one step.
  private final boolean plain;

  private boolean wantsLearned;

  /// Whether this is the first of two looks at all tiles, which adds up what `delta` is made of.
  private boolean first;

  private BoundMask.@Nullable Reader reader;
  private int from;
  private int to;

  TiledBackwardBlock(
      TiledBackward pass,
      MapTile queries,
      BackwardBlock block,
      TiledBackward.Group group,
      TiledBlock.Choices choices) {
    this.normalizer = choices.normalizer();
    this.chance = choices.chance();
    this.normalizers = pass.kernels.normalizers();
    this.plain = normalizer.rule().ratesAreWeights() && !pass.sums.dy().ofStatistics();
    this.pass = pass;
    this.call = pass.call;
    this.input = call.input;
    this.tiles = pass.kernels.attention();
    this.backward = pass.kernels.backward();
    this.queries = queries;
    this.block = block;
    this.group = group;
    this.visible = group.visible();
    visible.runs = 0;
    LearnedSteps.Learning learning = group.learning();
    this.modifiers =
        new BlockModifiers(
            new LearnedSteps(call, queries, pass.kernels, learning, choices.machine()));
    this.score = BlockScore.of(call, queries, pass.kernels, modifiers, learning);
  }

  /// @param learned what the normalizer's learned number gets from this head, added to; of no
  ///   length where that is not wanted
  void run(double[] learned) {
    wantsLearned = learned.length > 0;
    Matrix q = rows(input.q());
    HeadView dOut = pass.sums.dy().out();
    backward.start(block, q, score.factor(), rows(dOut), rows(pass.forward.out()));
    tiles.start(block.queries(), q, score.scale(), Float.NEGATIVE_INFINITY);
    int row = (queries.b() * call.shape.heads() + queries.h()) * call.shape.queries();
    for (int t = 0; t < queries.queries(); t++) {
      load(t, row + queries.t0() + t);
    }
    if (!plain && !call.attention.normalizer().isPointwise()) {
      first = true;
      visit();
      first = false;
    }
    for (int t = 0; t < queries.queries(); t++) {
      if (!plain) {
        block.delta(t, normalizer.delta(block, t));
      }
      if (wantsLearned) {
        learned[0] += normalizer.learned(block, t);
      }
    }
    visit();
    modifiers.finish();
    score.finish(block, rows(pass.sums.dx().q()));
  }

  /// Sets what is known of query `t` of the block, `at` of all.
  private void load(int t, int at) {
    normalizer.load(block.queries(), t, pass.forward.numbers(), at);
    float[] entropy = pass.sums.dy().entropy();
    if (entropy.length > 0) {
      block.entropy(t, entropy[at]);
    }
  }

  /// Visits all tiles.
  private void visit() {
    if (call.mask.seesEverything()) {
      addFull(0, call.shape.keys());
    } else {
      addVisible(pass.runs);
    }
    finishTile();
    from = 0;
    to = 0;
  }

  private void addVisible(KeyTiles runs) {
    if (visible.found.length < runs.count()) {
      visible.found = new int[runs.count()];
    }
    int count = runs.find(queries, visible.found);
    for (int n = 0; n < count; n++) {
      int run = visible.found[n];
      if (run < 0) {
        addFull(runs.start(~run), runs.end(~run));
      } else {
        addPartial(runs.start(run), runs.end(run));
      }
    }
  }

  private void addFull(int first, int end) {
    for (int s = first; s < end; s = to) {
      if (s != to || to - from == BackwardBlock.KEYS) {
        begin(s);
      }
      to = Math.min(end, from + BackwardBlock.KEYS);
    }
  }

  private void begin(int first) {
    finishTile();
    from = first;
    to = first;
  }

  /// Adds what is visible to someone of a run, in one piece.
  private void addPartial(int start, int end) {
    if (reader == null) {
      reader = call.mask.reader(RUN);
    }
    int[] words = visible.words[visible.runs];
    int count = end - start;
    reader.fill(queries.withKeys(start, end), words);
    seenByAny(words, queries.queries(), count, visible.any);
    int low = 0;
    while (low < count && visible.any[low] == 0) {
      low++;
    }
    int high = count;
    while (high > low && visible.any[high - 1] == 0) {
      high--;
    }
    if (low == high) {
      return;
    }
    for (int t = 0; t < queries.queries() && high - low < count; t++) {
      System.arraycopy(words, t * count + low, words, t * (high - low), high - low);
    }
    addPartial(start + low, high - low, words);
  }

  private void addPartial(int first, int count, int[] words) {
    if (first != to || to - from + count > BackwardBlock.KEYS) {
      int runs = visible.runs;
      begin(first);
      visible.words[runs] = visible.words[0];
      visible.words[0] = words;
    }
    visible.first[visible.runs] = first;
    visible.count[visible.runs++] = count;
    to = first + count;
  }

  /// `any[n]` is not zero where one of the rows is not at `n`.
  private static void seenByAny(int[] words, int rows, int count, int[] any) {
    Arrays.fill(any, 0);
    for (int row = 0; row < rows; row++) {
      for (int n = 0; n < count; n++) {
        any[n] |= words[row * count + n];
      }
    }
  }

  private void finishTile() {
    if (from == to) {
      return;
    }
    Matrix keys = part(group.keys());
    score.score(block.queries(), keys);
    if (first) {
      modifiers.forward(block.queries(), from);
    } else {
      modifiers.again(block, from);
    }
    for (int n = 0; n < visible.runs; n++) {
      hide(n);
    }
    chance.hide(block.queries(), from);
    normalizer.again(block.queries(), from);
    backward.gradients(block, part(group.values()));
    chance.drop(block, from);
    weigh();
    if (!first) {
      modifiers.back(block, from);
      chance.drop(block.queries(), from);
      score.back(block, keys, group.sums(), from);
    }
    visible.runs = 0;
    from = to;
  }

  /// Turns scores into weights, and the gradients of weights into those of scores, or on a first
  /// look adds up what that takes.
  private void weigh() {
    if (plain) {
      backward.weigh(block);
      return;
    }
    normalizers.weigh(block, normalizer.rule());
    OutputGradients dy = pass.sums.dy();
    if (dy.coverage().length > 0) {
      int head = queries.b() * call.shape.heads() + queries.h();
      normalizers.addStatistics(block, dy.coverage(), head * call.shape.keys() + from);
    } else if (dy.entropy().length > 0) {
      normalizers.addStatistics(block, NO_COVERAGE, 0);
    }
    if (!first) {
      normalizers.chain(block);
      return;
    }
    normalizers.add(block);
    if (wantsLearned) {
      normalizers.addInformation(block);
    }
  }

  private void hide(int n) {
    int count = visible.count[n];
    tiles.hide(block.queries(), visible.first[n] - from, count, visible.words[n], count);
  }

  /// The tile's keys of a head's.
  private Matrix part(Matrix rows) {
    int at = rows.offset() + from * rows.rowStride();
    return new Matrix(rows.array(), at, to - from, rows.columns(), rows.rowStride(), 1);
  }

  /// The block's queries of a view.
  private Matrix rows(HeadView view) {
    return TiledBackward.rows(view, queries.b(), queries.h(), queries.t0(), queries.t1());
  }
}
