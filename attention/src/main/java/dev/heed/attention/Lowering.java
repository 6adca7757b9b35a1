package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Workspace;

/// A call whose score is not a plain inner product, as one whose score is: queries and keys are led
/// through a [RowMap] each into scratch memory, an executor works on these, and what they get goes
/// back through the maps.
///
/// That takes time and memory that grow with the number of positions, and leaves every executor as
/// it is. Keys of a score that maps queries alone stay where they are.
final class Lowering {
  private final BoundCall call;
  private final Run run;
  private final RowMap q;
  private final RowMap k;

  private Lowering(BoundCall call, Run run) {
    this.call = call;
    this.run = run;
    RowMap query =
        switch (call.attention.score()) {
          case Score.Dot _ -> new RowMap.Same();
          case Score.Cosine _ -> new RowMap.Unit();
          case Score.Bilinear _ -> new RowMap.Bilinear(call);
          case Score.Distance _ -> new RowMap.FarQuery();
        };
    this.q =
        call.attention.score().scale() instanceof Score.Scale.Learned
            ? new RowMap.Tempered(query, call)
            : query;
    this.k =
        switch (call.attention.score()) {
          case Score.Dot _, Score.Bilinear _ -> new RowMap.Same();
          case Score.Cosine _ -> new RowMap.Unit();
          case Score.Distance _ -> new RowMap.FarKey();
        };
  }

  /// The call to compute in the place of `call`; what it reads lives in the run's workspace until
  /// the caller releases that.
  static BoundCall of(BoundCall call, Run run) {
    Lowering lowering = new Lowering(call, run);
    boolean sameQ = lowering.q instanceof RowMap.Same;
    boolean sameK = lowering.k instanceof RowMap.Same;
    if (sameQ && sameK) {
      return call;
    }
    HeadView queries = sameQ ? call.input.q() : lowering.mapped(lowering.q, call.input.q());
    return call.lowered(
        queries, sameK ? call.input.keys() : lowering.mapped(lowering.k, call.input.k()));
  }

  private HeadView mapped(RowMap map, HeadView rows) {
    HeadView to = like(map, rows);
    HeadView.Axes axes = rows.axes();
    run.workers()
        .run(
            axes.batch() * axes.heads(),
            (task, _) -> {
              int b = task / axes.heads();
              int h = task % axes.heads();
              map.forward(h, rows(rows, b, h), rows(to, b, h));
            });
    return to;
  }

  /// Scratch for the map of rows.
  private HeadView like(RowMap map, HeadView rows) {
    HeadView.Axes axes = rows.axes();
    return HeadView.of(
        run.workspace().take(axes.batch(), axes.heads(), axes.length(), map.width(axes.width())));
  }

  private static Matrix rows(HeadView view, int b, int h) {
    return TiledBackward.rows(view, b, h, 0, view.axes().length());
  }

  /// The backward pass of a call after its forward pass.
  static void backward(BoundCall call, Tiled.Forward forward, TiledBackward.Sums sums, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    BoundCall lowered = of(call, run);
    new Lowering(call, run).backward(lowered, forward, sums);
    run.workspace().release(mark);
  }

  private void backward(BoundCall lowered, Tiled.Forward forward, TiledBackward.Sums sums) {
    InputGradients dx = sums.dx();
    Fresh fresh = sums.fresh();
    boolean sameQ = q instanceof RowMap.Same;
    boolean sameK = k instanceof RowMap.Same;
    HeadView dq = sameQ ? dx.q() : like(q, dx.q());
    HeadView dk = sameK ? dx.k() : like(k, dx.k());
    InputGradients inner = new InputGradients(dq, dk, dx.v(), dx.parameters());
    Fresh innerFresh = new Fresh(!sameQ || fresh.q(), !sameK || fresh.k(), fresh.v());
    TiledBackward.Sums innerSums = new TiledBackward.Sums(sums.dy(), inner, innerFresh);
    new TiledBackward(lowered, forward, innerSums, run).run();
    LearnedSums learned = new LearnedSums(call, dx.parameters(), 1);
    if (!sameQ) {
      back(q, call.input.q(), dq, new Target(dx.q(), fresh.q()), learned);
    }
    if (!sameK) {
      back(k, call.input.k(), dk, new Target(dx.k(), fresh.k()), learned);
    }
    learned.addUp();
  }

  /// Where gradients go, and whether its numbers mean nothing yet.
  private record Target(HeadView view, boolean fresh) {}

  private void back(RowMap map, HeadView x, HeadView dy, Target dx, LearnedSums learned) {
    HeadView.Axes axes = x.axes();
    run.workers()
        .run(
            axes.batch() * axes.heads(),
            (task, _) -> {
              int b = task / axes.heads();
              int h = task % axes.heads();
              Fresh.clear(dx.fresh, dx.view, b, h, new Fresh.Rows(0, axes.length()));
              RowMap.Rows of = new RowMap.Rows(b, h, rows(x, b, h), rows(dy, b, h));
              map.backward(of, rows(dx.view, b, h), learned);
            });
  }
}
