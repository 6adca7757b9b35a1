package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.BackwardTiles;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.NormalizerTiles;

/// One block of queries of one head on its way back through the keys that the mask let it see; the
/// way is that of [TiledBlock].
final class TiledBackwardBlock {
  private static final float[] NO_COVERAGE = new float[BackwardBlock.KEYS];

  private final TiledBackward pass;
  private final BoundCall call;
  private final AttentionInput input;
  private final AttentionTiles tiles;
  private final BackwardTiles backward;
  private final MapTile queries;
  private final BackwardBlock block;
  private final TiledBackward.Group group;
  private final VisibleKeys visible;
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
    this.visible = choices.visible();
    LearnedSteps.Learning learning = group.learning();
    this.modifiers =
        new BlockModifiers(
            new LearnedSteps(call, queries, pass.kernels, learning, choices.scratch()));
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
    visible.visit(BackwardBlock.KEYS, this::visit);
  }

  private void visit(int from, int to, int stretch) {
    Matrix keys = part(group.keys(), from, to);
    score.score(block.queries(), keys);
    if (first) {
      modifiers.forward(block.queries(), from);
    } else {
      modifiers.again(block, from);
    }
    visible.hide(tiles, block.queries(), from, stretch);
    chance.hide(block.queries(), from);
    normalizer.again(block.queries(), from);
    backward.gradients(block, part(group.values(), from, to));
    chance.drop(block, from);
    weigh(from);
    if (!first) {
      modifiers.back(block, from);
      chance.drop(block.queries(), from);
      score.back(block, keys, group.sums(), from);
    }
  }

  /// Turns scores into weights, and the gradients of weights into those of scores, or on a first
  /// look adds up what that takes.
  private void weigh(int from) {
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

  /// The tile's keys of a head's.
  private static Matrix part(Matrix rows, int from, int to) {
    int at = rows.offset() + from * rows.rowStride();
    return new Matrix(rows.array(), at, to - from, rows.columns(), rows.rowStride(), 1);
  }

  /// The block's queries of a view.
  private Matrix rows(HeadView view) {
    return TiledBackward.rows(view, queries.b(), queries.h(), queries.t0(), queries.t1());
  }
}
