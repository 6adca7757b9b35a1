package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;

/// The maps of a call, materialised: what the [Reference] executor computes, stopped at each step.
public final class AttentionMaps {
  private final BoundCall call;
  private final AttentionShape shape;

  private AttentionMaps(BoundCall call) {
    this.call = call;
    this.shape = call.shape;
  }

  public static AttentionMaps of(Attention attention, AttentionInput input) {
    return new AttentionMaps(BoundCall.of(attention, input));
  }

  /// What is done with a row of the map.
  private interface RowTask {
    void run(ReferenceRow row, int at);
  }

  /// The scores that the normalizer sees, -∞ where masked, `[B, H, T, S]`.
  public Tensor scores(Run run) {
    Tensor scores = allocate(run);
    rows(
        run,
        (row, at) -> {
          row.score();
          copy(row.scores, scores, at);
        });
    return scores;
  }

  /// The weights of given scores, `[B, H, T, S]`.
  public Tensor pattern(Tensor scores, Run run) {
    Tensor pattern = allocate(run);
    rows(
        run,
        (row, at) -> {
          row.scoreFrom(scores.array(), scores.offset() + at);
          row.normalize();
          copy(row.weights, pattern, at);
        });
    return pattern;
  }

  /// The values weighed by a given pattern, into `out`, `[B, H, T, W]`.
  public void mix(Tensor pattern, HeadView out, Run run) {
    call.checkOut("out", out);
    rows(
        run,
        (row, at) -> {
          row.weighFrom(pattern.array(), pattern.offset() + at);
          row.mixInto(out);
        });
  }

  private Tensor allocate(Run run) {
    return run.allocate(
        dev.heed.tensor.Shape.of(shape.batch(), shape.heads(), shape.queries(), shape.keys()));
  }

  private static void copy(double[] from, Tensor to, int at) {
    for (int s = 0; s < from.length; s++) {
      to.array()[to.offset() + at + s] = (float) from[s];
    }
  }

  private void rows(Run run, RowTask task) {
    run.workers()
        .run(
            shape.batch() * shape.heads(),
            (head, _) -> {
              ReferenceRow row = new ReferenceRow(call);
              for (int t = 0; t < shape.queries(); t++) {
                int at = (head * shape.queries() + t) * shape.keys();
                task.run(row.at(head / shape.heads(), head % shape.heads(), t), at);
              }
            });
  }
}
