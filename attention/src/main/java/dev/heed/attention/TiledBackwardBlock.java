package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.BackwardTiles;
import dev.heed.kernel.KeyGradients;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One block of queries of one head on its way back through the keys that the mask let it see; the
/// way is that of [TiledBlock].
final class TiledBackwardBlock {
  private static final int RUN = Tiled.RUN;

  private final TiledBackward pass;
  private final BoundCall call;
  private final AttentionInput input;
  private final AttentionTiles tiles;
  private final BackwardTiles backward;
  private final MapTile queries;
  private final BackwardBlock block;
  private final KeyGradients sums;
  private final TiledBlock.Visible visible;
  private final int[] partial = new int[BackwardBlock.KEYS / RUN];
  private final List<Modifier> modifiers;

  /// The factor of the score and of the modifiers that come first, and that of all.
  private final float scale;

  private final float factor;
  private BoundMask.@Nullable Reader reader;
  private int partials;
  private int from;
  private int to;

  TiledBackwardBlock(
      TiledBackward pass,
      MapTile queries,
      BackwardBlock block,
      TiledBlock.Visible visible,
      KeyGradients sums) {
    this.pass = pass;
    this.call = pass.call;
    this.input = call.input;
    this.tiles = pass.kernels.attention();
    this.backward = pass.kernels.backward();
    this.queries = queries;
    this.block = block;
    this.visible = visible;
    this.sums = sums;
    List<Modifier> all = call.attention.modifiers();
    int leading = 0;
    double first = call.scale;
    while (leading < all.size() && all.get(leading) instanceof Modifier.Scale each) {
      first *= each.factor(queries.h());
      leading++;
    }
    this.modifiers = all.subList(leading, all.size());
    double whole = first;
    for (Modifier modifier : modifiers) {
      whole *= modifier instanceof Modifier.Scale each ? each.factor(queries.h()) : 1;
    }
    this.scale = (float) first;
    this.factor = (float) whole;
  }

  void run() {
    Matrix q = rows(input.q(), queries.h(), queries.t0(), queries.t1());
    Matrix dOut = rows(pass.dOut, queries.h(), queries.t0(), queries.t1());
    tiles.start(block.queries(), q, scale, Float.NEGATIVE_INFINITY);
    backward.start(block, q, factor, dOut);
    int row = (queries.b() * call.shape.heads() + queries.h()) * call.shape.queries();
    for (int t = queries.t0(); t < queries.t1(); t++) {
      float delta = pass.delta(queries.b(), queries.h(), t);
      block.row(t - queries.t0(), pass.forward.logSums().at(row + t), delta);
    }
    if (call.mask.seesEverything()) {
      add(0, call.shape.keys());
    } else {
      addVisible(pass.runs);
    }
    finishTile();
    backward.finish(block, rows(pass.dx.q(), queries.h(), queries.t0(), queries.t1()));
  }

  private void addVisible(KeyTiles runs) {
    int[] found = new int[runs.count()];
    int count = runs.find(queries, found);
    for (int n = 0; n < count; n++) {
      int run = found[n] < 0 ? ~found[n] : found[n];
      add(runs.start(run), runs.end(run));
      if (found[n] >= 0) {
        partial[partials++] = runs.start(run);
      }
    }
  }

  private void add(int first, int end) {
    for (int s = first; s < end; s = to) {
      if (s != to || to - from == BackwardBlock.KEYS) {
        finishTile();
        from = s;
      }
      to = Math.min(end, from + BackwardBlock.KEYS);
    }
  }

  private void finishTile() {
    if (from == to) {
      return;
    }
    int group = call.shape.groupOf(queries.h());
    Matrix keys = rows(input.k(), group, from, to);
    tiles.score(block.queries(), keys);
    for (Modifier modifier : modifiers) {
      modify(modifier);
    }
    for (int n = 0; n < partials; n++) {
      hide(partial[n]);
    }
    backward.weigh(block, rows(input.v(), group, from, to));
    backward.addQueries(block, keys);
    backward.addKeys(block, sums, from);
    partials = 0;
    from = to;
  }

  private void modify(Modifier modifier) {
    QueryBlock scores = block.queries();
    switch (modifier) {
      case Modifier.Scale own -> tiles.scale(scores, (float) own.factor(queries.h()));
      case Modifier.SoftCap(double cap) -> {
        tiles.softCap(scores, (float) cap);
        backward.slope(block, (float) cap);
      }
      case Modifier.Alibi _ -> {
        Positions i = input.qPos();
        Positions j = input.kPos();
        int iFrom = i.row(queries.b()) + queries.t0();
        int jFrom = j.row(queries.b()) + from;
        float slope = (float) Modifier.Alibi.slope(queries.h(), call.shape.heads());
        tiles.subtractDistance(scores, slope, i.array(), iFrom, j.array(), jFrom);
      }
    }
  }

  private void hide(int first) {
    MapTile run = queries.withKeys(first, Math.min(call.shape.keys(), first + RUN));
    if (reader == null) {
      reader = call.mask.reader(RUN);
    }
    reader.fill(run, visible.words);
    tiles.hide(block.queries(), first - from, run.keys(), visible.words, run.keys());
  }

  private Matrix rows(HeadView view, int head, int first, int end) {
    int at = view.row(queries.b(), head, first);
    return new Matrix(view.array(), at, end - first, view.axes().width(), view.rowStride(), 1);
  }
}
