package dev.heed.kernel;

import dev.heed.tensor.Dequantize;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;

/// Dequantise a row of the weight, then multiply: the definition for every stored type.
final class ScalarWeightProducts implements WeightProducts {
  private static final int ROWS_A_TASK = 16;

  @Override
  public void multiply(Tensor x, Weight w, Tensor y, Workers workers) {
    check(x, w, y);
    int out = w.shape().axis(0);
    workers.run(
        (out + ROWS_A_TASK - 1) / ROWS_A_TASK,
        (task, scratch) -> {
          for (int row = task * ROWS_A_TASK; row < Math.min(out, (task + 1) * ROWS_A_TASK); row++) {
            multiplyRow(x, w, y, row, scratch);
          }
        });
  }

  static void check(Tensor x, Weight w, Tensor y) {
    if (w.shape().rank() != 2
        || x.axis(-1) != w.shape().axis(1)
        || y.axis(-1) != w.shape().axis(0)
        || x.shape().rows() != y.shape().rows()) {
      throw new ShapeException(
          "multiply: x %s and %s do not give y %s; [..., in] and [out, in] give [..., out]"
              .formatted(x.shape(), w, y.shape()));
    }
  }

  private static void multiplyRow(Tensor x, Weight w, Tensor y, int row, Workspace scratch) {
    int in = x.axis(-1);
    Tensor weights = scratch.take(in);
    Dequantize.into(
        w.type(), w.segment(), row * w.rowBytes(), weights.array(), weights.offset(), in);
    for (int i = 0; i < x.shape().rows(); i++) {
      float sum = 0;
      for (int k = 0; k < in; k++) {
        sum += x.array()[x.offset() + i * in + k] * weights.array()[weights.offset() + k];
      }
      y.array()[y.offset() + i * y.axis(-1) + row] = sum;
    }
  }
}
