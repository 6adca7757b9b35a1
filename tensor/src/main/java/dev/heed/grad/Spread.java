package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Cuts rows or elements into tasks by their number alone.
final class Spread {
  /// Elements that are worth a task of their own.
  private static final int TASK = 1 << 14;

  /// Work on rows `from` to `to`, exclusive, with scratch memory of the thread.
  @FunctionalInterface
  interface Range {
    void accept(int from, int to, Workspace scratch);
  }

  /// Computes elements `from` to `to`, exclusive, into `out`, which it overwrites.
  @FunctionalInterface
  interface Part {
    void compute(int from, int to, Row out, Workspace scratch);
  }

  private Spread() {}

  /// Runs `work` over the rows of `tensor`, each `width` numbers long.
  static void rows(Tensor tensor, int width, Run run, Range work) {
    int rows = width == 0 ? 0 : tensor.size() / width;
    int chunk = rowsATask(width);
    run.workers()
        .run(
            (rows + chunk - 1) / chunk,
            (task, scratch) ->
                work.accept(task * chunk, Math.min(rows, (task + 1) * chunk), scratch));
  }

  /// Runs `work` over the elements of `tensor`.
  static void elements(Tensor tensor, Run run, Range work) {
    rows(tensor, 1, run, work);
  }

  /// Adds what `part` computes to `sum`, in tasks of whole rows of `width` numbers.
  static void add(Gradients.Sum sum, int width, Run run, Part part) {
    int rows = width == 0 ? 0 : sum.tensor().size() / width;
    int chunk = rowsATask(width);
    run.workers()
        .run(
            (rows + chunk - 1) / chunk,
            (task, scratch) -> {
              int from = task * chunk * width;
              int to = Math.min(rows, (task + 1) * chunk) * width;
              new Adder(run.kernels().rows(), scratch).add(sum, from, to, part);
            });
  }

  /// What adds the part of one task to a sum.
  record Adder(Rows rows, Workspace scratch) {
    void add(Gradients.Sum sum, int from, int to, Part part) {
      Tensor total = sum.tensor();
      Row out = new Row(total.array(), total.offset() + from);
      if (sum.fresh()) {
        part.compute(from, to, out, scratch);
        return;
      }
      Workspace.Mark mark = scratch.mark();
      Tensor more = scratch.take(to - from);
      part.compute(from, to, new Row(more.array(), more.offset()), scratch);
      rows.addScaled(1, more.array(), more.offset(), out.array(), out.from(), to - from);
      scratch.release(mark);
    }
  }

  /// Rows of `width` numbers that are worth a task of their own.
  static int rowsATask(int width) {
    return Math.max(1, TASK / Math.max(1, width));
  }
}
