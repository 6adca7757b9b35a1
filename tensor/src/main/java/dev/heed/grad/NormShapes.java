package dev.heed.grad;

import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// What both norms ask of their operands.
final class NormShapes {
  private NormShapes() {}

  static void check(String operation, Tensor x, Weight gain) {
    int width = gain.shape().rank() == 1 ? gain.shape().axis(0) : 0;
    if (width == 0 || x.axis(-1) % width != 0) {
      throw new ShapeException(
          "%s: x %s is not whole runs of the gain %s; [..., n * width] and [width] fit"
              .formatted(operation, x.shape(), gain.shape()));
    }
  }
}
