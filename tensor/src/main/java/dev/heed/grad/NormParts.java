package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// What both norms ask of their operands, and share.
final class NormParts {
  private NormParts() {}

  static void check(String operation, Tensor x, Weight gain) {
    int width = gain.shape().rank() == 1 ? gain.shape().axis(0) : 0;
    if (width == 0 || x.axis(-1) % width != 0) {
      throw new ShapeException(
          "%s: x %s is not whole runs of the gain %s; [..., n * width] and [width] fit"
              .formatted(operation, x.shape(), gain.shape()));
    }
  }

  static Optional<Gradients.Sum> sum(Tensor x, Gradients gradients) {
    return gradients.wants(x) ? Optional.of(gradients.sum(x)) : Optional.empty();
  }

  static Optional<Tensor> total(Weight weight, Gradients gradients) {
    return gradients.wants(weight) ? Optional.of(gradients.of(weight)) : Optional.empty();
  }

  /// Adds the part of one task to `dx`; computes it nowhere to be seen where there is none, for the
  /// sums over rows.
  static void addRows(
      Optional<Gradients.Sum> dx, int width, ColumnSums.Task task, Run run, Spread.Part part) {
    int from = task.from() * width;
    int to = task.to() * width;
    if (dx.isPresent()) {
      new Spread.Adder(run.kernels().rows(), task.scratch()).add(dx.get(), from, to, part);
      return;
    }
    Tensor unseen = task.scratch().take(to - from);
    part.compute(from, to, new Row(unseen.array(), unseen.offset()), task.scratch());
  }
}
