package dev.heed.attention.mixer;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;

/// Divides heads of positions among threads.
final class HeadRows {
  private static final int NUMBERS_A_TASK = 1 << 13;

  private HeadRows() {}

  /// Work on one head of one position.
  interface Work {
    void run(int row);
  }

  /// Runs `work` for every head of every position of `x` `[B, T, heads·E]`.
  static void run(Tensor x, int heads, Run run, Work work) {
    int rows = x.shape().rows() * heads;
    int each = Math.max(1, NUMBERS_A_TASK / Math.max(1, x.axis(2) / heads));
    run.workers()
        .run(
            (rows + each - 1) / each,
            (task, _) -> {
              for (int row = task * each; row < Math.min(rows, (task + 1) * each); row++) {
                work.run(row);
              }
            });
  }
}
