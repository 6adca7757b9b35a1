package dev.heed.grad;

import dev.heed.tensor.Tensor;

/// Cuts rows or elements into tasks by their number alone.
final class Spread {
  /// Elements that are worth a task of their own.
  private static final int TASK = 1 << 14;

  /// Work on rows `from` to `to`, exclusive.
  @FunctionalInterface
  interface Range {
    void accept(int from, int to);
  }

  private Spread() {}

  /// Runs `work` over the rows of `tensor`, each `width` numbers long.
  static void rows(Tensor tensor, int width, Run run, Range work) {
    int rows = width == 0 ? 0 : tensor.size() / width;
    int chunk = Math.max(1, TASK / Math.max(1, width));
    run.workers()
        .run(
            (rows + chunk - 1) / chunk,
            (task, _) -> work.accept(task * chunk, Math.min(rows, (task + 1) * chunk)));
  }

  /// Runs `work` over the elements of `tensor`.
  static void elements(Tensor tensor, Run run, Range work) {
    rows(tensor, 1, run, work);
  }
}
