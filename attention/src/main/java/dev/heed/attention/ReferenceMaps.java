package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// What the [Reference] executor computes, stopped at each step.
final class ReferenceMaps implements AttentionMaps {
  private final BoundCall call;
  private final AttentionShape shape;

  ReferenceMaps(BoundCall call) {
    this.call = call;
    this.shape = call.shape;
  }

  /// What is done with the rows of a query.
  private interface RowTask {
    void run(ReferenceHeads heads);
  }

  @Override
  public Tensor scores(Run run) {
    Tensor scores = allocate(run);
    rows(
        run,
        heads -> {
          heads.score();
          heads.copy(row -> row.scores, scores);
        });
    return scores;
  }

  @Override
  public Tensor pattern(Tensor scores, Run run) {
    Tensor pattern = allocate(run);
    rows(
        run,
        heads -> {
          heads.normalize(scores);
          heads.copy(row -> row.weights, pattern);
        });
    return pattern;
  }

  @Override
  public void mix(Tensor pattern, HeadView out, Run run) {
    call.checkOut("out", out);
    rows(
        run,
        heads -> {
          heads.weigh(pattern);
          for (ReferenceRow row : heads.rows) {
            row.mixInto(out);
          }
        });
  }

  private Tensor allocate(Run run) {
    return run.allocate(Shape.of(shape.batch(), shape.heads(), shape.queries(), shape.keys()));
  }

  private void rows(Run run, RowTask each) {
    run.workers()
        .run(
            shape.batch() * shape.heads() / ReferenceHeads.together(call),
            (task, _) -> {
              ReferenceHeads heads = ReferenceHeads.of(call);
              int first = task * heads.rows.length;
              for (int t = 0; t < shape.queries(); t++) {
                each.run(heads.at(first / shape.heads(), first % shape.heads(), t));
              }
            });
  }
}
