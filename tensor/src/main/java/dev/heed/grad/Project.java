package dev.heed.grad;

import dev.heed.kernel.Matrix;
import dev.heed.kernel.Products;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// A linear layer: `y = x wᵀ + b`.
///
/// @param x `[..., in]`
/// @param w `[out, in]`
/// @param bias `[out]`, an array weight
public record Project(Tensor x, Weight w, Optional<Weight> bias) implements Operation {
  private static final int FEW_ROWS = 16;

  @Override
  public List<Operand> operands() {
    return bias.isPresent() ? List.of(x, w, bias.get()) : List.of(x, w);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape().withLast(w.shape().axis(0)));
    if (w.array().isPresent() && x.shape().rows() > FEW_ROWS) {
      forwardInto(y, run);
      return y;
    }
    run.kernels().weights().multiply(x, w, y, run.workers());
    bias.ifPresent(b -> addToRows(y, b.floats(), run));
    return y;
  }

  /// Of floats and so many rows that packing the weight pays; the bias is there first, and the
  /// product is added to it.
  private void forwardInto(Tensor y, Run run) {
    Products products = run.kernels().products();
    Matrix transposed = weight().transpose();
    if (bias.isPresent()) {
      copyToRows(bias.get().floats(), y, run);
      products.multiplyAdd(Matrix.of(x), transposed, Matrix.of(y), run.workers());
    } else {
      products.multiply(Matrix.of(x), transposed, Matrix.of(y), run.workers());
    }
  }

  private Matrix weight() {
    return Matrix.of(w.floats(), w.shape().axis(0), w.shape().axis(1));
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    // dw = dyᵀ x, db = Σ dy, dx = dy w
    if (gradients.wants(w)) {
      addProduct(Matrix.of(dy).transpose(), Matrix.of(x), gradients.sum(w), run);
    }
    if (bias.isPresent() && gradients.wants(bias.get())) {
      ColumnSums.add(dy, gradients.of(bias.get()), run);
    }
    if (gradients.wants(x)) {
      addProduct(Matrix.of(dy), weight(), gradients.sum(x), run);
    }
  }

  private static void addProduct(Matrix a, Matrix b, Gradients.Sum sum, Run run) {
    Products products = run.kernels().products();
    Matrix c = Matrix.of(sum.tensor());
    if (sum.fresh()) {
      products.multiply(a, b, c, run.workers());
    } else {
      products.multiplyAdd(a, b, c, run.workers());
    }
  }

  private static void copyToRows(float[] row, Tensor y, Run run) {
    Spread.rows(
        y,
        row.length,
        run,
        (from, to, _) -> {
          for (int r = from; r < to; r++) {
            System.arraycopy(row, 0, y.array(), y.offset() + r * row.length, row.length);
          }
        });
  }

  private static void addToRows(Tensor y, float[] row, Run run) {
    Spread.rows(
        y,
        row.length,
        run,
        (from, to, _) -> {
          for (int r = from; r < to; r++) {
            int at = y.offset() + r * row.length;
            run.kernels().rows().add(y.array(), at, row, 0, y.array(), at, row.length);
          }
        });
  }
}
