package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;
import java.util.Optional;

/// Sums over rows, added task by task in their order, so that threads do not change a bit.
final class ColumnSums {
  private ColumnSums() {}

  /// Rows `from` to `to`, exclusive, and where their sums go: zeros at first.
  record Task(int from, int to, float[] sums, int at, Workspace scratch) {}

  /// What is done with the rows of one task.
  @FunctionalInterface
  interface Part {
    void run(Task task);
  }

  /// `sums[c] += Σ a[r, c]`.
  ///
  /// @param a `[..., width]`
  /// @param sums `[width]`
  static void add(Tensor a, Tensor sums, Run run) {
    int width = sums.size();
    gather(
        a.size() / width,
        width,
        List.of(Optional.of(sums)),
        run,
        task -> {
          int from = a.offset() + task.from() * width;
          int rows = task.to() - task.from();
          run.kernels()
              .rowsBackward()
              .addColumns(a.array(), from, rows, task.sums(), task.at(), width);
        });
  }

  /// Adds what `part` sums over `rows` to those of `targets` that there are; a task has sums for
  /// all of them side by side, each `width` long.
  static void gather(int rows, int width, List<Optional<Tensor>> targets, Run run, Part part) {
    int chunk = Spread.rowsATask(width);
    int tasks = (rows + chunk - 1) / chunk;
    int each = targets.size() * width;
    Workspace.Mark mark = run.workspace().mark();
    Tensor sums = run.workspace().take(tasks * each);
    sums.fill(0);
    run.workers()
        .run(
            tasks,
            (task, scratch) ->
                part.run(
                    new Task(
                        task * chunk,
                        Math.min(rows, (task + 1) * chunk),
                        sums.array(),
                        sums.offset() + task * each,
                        scratch)));
    for (int task = 0; task < tasks; task++) {
      for (int i = 0; i < targets.size(); i++) {
        int from = sums.offset() + task * each + i * width;
        Rows kernels = run.kernels().rows();
        targets
            .get(i)
            .ifPresent(
                to -> kernels.addScaled(1, sums.array(), from, to.array(), to.offset(), width));
      }
    }
    run.workspace().release(mark);
  }
}
