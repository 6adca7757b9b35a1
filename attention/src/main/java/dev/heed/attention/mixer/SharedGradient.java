package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;

/// The gradient of an operand whose heads several states or results may read: each of those gets
/// memory of its own, and they are added up in their order.
///
/// @param place `[B, T, heads that are written·width]`
/// @param heads of the operand
/// @param written heads that are written, a multiple
record SharedGradient(Tensor operand, Tensor place, int heads, int written, boolean direct) {
  private static final int ROWS_A_TASK = 64;

  static SharedGradient of(Tensor operand, int heads, int written, Gradients gradients, Run run) {
    if (heads == written && gradients.wants(operand)) {
      Gradients.Sum sum = gradients.sum(operand);
      if (sum.fresh()) {
        return new SharedGradient(operand, sum.tensor(), heads, written, true);
      }
    }
    Shape apart = operand.shape().withLast(operand.axis(-1) / heads * written);
    return new SharedGradient(operand, run.workspace().take(apart), heads, written, false);
  }

  /// Adds what was written to the gradient of the operand.
  void finish(Gradients gradients, Run run) {
    if (direct || !gradients.wants(operand)) {
      return;
    }
    Tensor sum = gradients.of(operand);
    Rows kernels = run.kernels().rows();
    int width = operand.axis(-1) / heads;
    int count = operand.shape().rows();
    run.workers()
        .run(
            (count + ROWS_A_TASK - 1) / ROWS_A_TASK,
            (task, _) -> {
              int end = Math.min(count, (task + 1) * ROWS_A_TASK);
              for (int row = task * ROWS_A_TASK; row < end; row++) {
                for (int h = 0; h < written; h++) {
                  int from = place.offset() + (row * written + h) * width;
                  int to = sum.offset() + (row * heads + h / (written / heads)) * width;
                  kernels.addScaled(1, place.array(), from, sum.array(), to, width);
                }
              }
            });
  }
}
