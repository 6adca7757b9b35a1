package dev.heed.grad;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// A linear layer: `y = x wᵀ + b`.
///
/// @param x `[..., in]`
/// @param w `[out, in]`
/// @param bias `[out]`, an array weight
public record Project(Tensor x, Weight w, Optional<Weight> bias) implements Operation {
  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape().withLast(w.shape().axis(0)));
    run.kernels().weights().multiply(x, w, y, run.workers());
    bias.ifPresent(b -> addToRows(y, b.floats(), run));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    // dx = dy w
    Matrix weight = Matrix.of(w.floats(), w.shape().axis(0), w.shape().axis(1));
    run.kernels()
        .products()
        .multiplyAdd(Matrix.of(dy), weight, Matrix.of(gradients.of(x)), run.workers());
    // dw = dyᵀ x, db = Σ dy: for weights that can be trained
    if (w.array().isPresent()) {
      run.kernels()
          .products()
          .multiplyAdd(
              Matrix.of(dy).transpose(), Matrix.of(x), Matrix.of(gradients.of(w)), run.workers());
    }
    bias.ifPresent(b -> addColumns(dy, gradients.of(b), run));
  }

  private static void addToRows(Tensor y, float[] row, Run run) {
    Spread.rows(
        y,
        row.length,
        run,
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int at = y.offset() + r * row.length;
            run.kernels().rows().add(y.array(), at, row, 0, y.array(), at, row.length);
          }
        });
  }

  private static void addColumns(Tensor dy, Tensor sums, Run run) {
    int width = sums.size();
    for (int r = 0; r < dy.shape().rows(); r++) {
      int at = dy.offset() + r * width;
      run.kernels().rows().addScaled(1, dy.array(), at, sums.array(), sums.offset(), width);
    }
  }
}
