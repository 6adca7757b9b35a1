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
          case Score.Dot _ ->
              call.hasContentBias() ? new RowMap.PlusContent(call) : new RowMap.Same();
          case Score.Cosine _ -> new RowMap.Unit();
          case Score.Bilinear _ -> new RowMap.Bilinear(call, run);
          case Score.Distance _ -> new DistanceMaps.Query();
          case Score.Additive(int hidden, _) ->
              new RowMap.Layer(call, hidden, "additive.wq", "additive.b", run);
        };
    this.q =
        call.attention.score().scale() instanceof Score.Scale.Learned && !isAdditive(call)
            ? new RowMap.Tempered(query, call)
            : query;
    this.k =
        switch (call.attention.score()) {
          case Score.Dot _, Score.Bilinear _ -> new RowMap.Same();
          case Score.Cosine _ -> new RowMap.Unit();
          case Score.Distance _ -> new DistanceMaps.Key();
          case Score.Additive(int hidden, _) ->
              new RowMap.Layer(call, hidden, "additive.wk", "", run);
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
    HeadView queries = sameQ ? call.input.q() : lowering.mapped(lowering.q, call.input.q(), 1);
    int times = lowering.times();
    HeadRows keys = sameK ? call.input.keys() : lowering.mapped(lowering.k, call.input.k(), times);
    HeadRows values = call.input.values();
    return call.lowered(
        queries,
        keys,
        times == 1 ? values : lowering.mapped(new RowMap.Same(), call.input.v(), times));
  }

  private static boolean isAdditive(BoundCall call) {
    return call.attention.score() instanceof Score.Additive;
  }

  /// How many heads of keys and values there are in the place of one: the layers of the additive
  /// score make of a key another one for each query head.
  private int times() {
    return isAdditive(call) ? call.shape.groupSize() : 1;
  }

  /// The rows mapped, `times` query heads reading each.
  private HeadView mapped(RowMap map, HeadView rows, int times) {
    HeadView to = like(map, rows, times);
    int heads = to.axes().heads();
    run.workers()
        .run(
            to.axes().batch() * heads,
            (task, _) -> {
              int b = task / heads;
              int h = task % heads;
              map.forward(h, rows(rows, b, h / times), rows(to, b, h));
            });
    return to;
  }

  /// Scratch for the map of rows.
  private HeadView like(RowMap map, HeadView rows, int times) {
    HeadView.Axes axes = rows.axes();
    return HeadView.of(
        run.workspace()
            .take(axes.batch(), axes.heads() * times, axes.length(), map.width(axes.width())));
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
    int times = times();
    boolean freshQ = fresh.q() && q instanceof RowMap.Same;
    if (fresh.q() && !freshQ) {
      new Fresh(true, false, false).clear(dx); // modifiers add to it, too
    }
    Place dq = place(q, new Place(dx.q(), freshQ), 1);
    Place dk = place(k, new Place(dx.k(), fresh.k()), times);
    Place dv = place(new RowMap.Same(), new Place(dx.v(), fresh.v()), times);
    InputGradients inner = new InputGradients(dq.view, dk.view, dv.view, dx.parameters());
    Fresh innerFresh = new Fresh(dq.fresh, dk.fresh, dv.fresh);
    TiledBackward.Sums innerSums = new TiledBackward.Sums(sums.dy(), inner, innerFresh, dx.q());
    if (MixedBlock.isFor(call)) {
      MixedBlock.check(call);
      new MixedBackward(lowered, innerSums, run).run();
    } else {
      new TiledBackward(lowered, forward, innerSums, run).run();
    }
    LearnedSums learned = new LearnedSums(call, dx.parameters(), 1);
    back(q, call.input.q(), dq.view, new Place(dx.q(), freshQ), learned);
    back(k, call.input.k(), dk.view, new Place(dx.k(), fresh.k()), learned);
    back(new RowMap.Same(), call.input.v(), dv.view, new Place(dx.v(), fresh.v()), learned);
    learned.addUp();
  }

  /// Where gradients go, and whether its numbers mean nothing yet.
  private record Place(HeadView view, boolean fresh) {}

  /// Where the gradients of mapped rows go: scratch, where rows are not their own maps.
  private Place place(RowMap map, Place given, int times) {
    return map instanceof RowMap.Same && times == 1
        ? given
        : new Place(like(map, given.view, times), true);
  }

  @SuppressWarnings("ReferenceEquality") // the same view is meant: nothing is to be led back
  private void back(RowMap map, HeadView x, HeadView dy, Place dx, LearnedSums learned) {
    if (dy == dx.view) {
      return;
    }
    HeadView.Axes axes = x.axes();
    int times = dy.axes().heads() / axes.heads();
    run.workers()
        .run(
            axes.batch() * axes.heads(),
            (task, _) -> {
              int b = task / axes.heads();
              int head = task % axes.heads();
              Fresh.clear(dx.fresh, dx.view, b, head, new Fresh.Rows(0, axes.length()));
              for (int h = head * times; h < (head + 1) * times; h++) {
                RowMap.Rows of = new RowMap.Rows(b, h, rows(x, b, head), rows(dy, b, h));
                map.backward(of, rows(dx.view, b, head), learned);
              }
            });
  }
}
