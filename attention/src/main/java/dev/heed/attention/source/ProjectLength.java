package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Positions mixed by a learned matrix, [Wang et al. 2020](https://arxiv.org/abs/2006.04768): `[m,
/// S]` times each of `[B, S, N]` gives `[B, m, N]`. Rows from a batch's length on are padding and
/// are not read.
public final class ProjectLength implements Operation {
  private final Operand matrix;
  private final Tensor x;
  private final int[] lengths;

  /// @param matrix `[m, S]`, numbers in an array
  /// @param lengths positions of each batch
  public ProjectLength(Operand matrix, Tensor x, int[] lengths) {
    if (matrix.shape().axis(1) != x.axis(1)) {
      throw new ShapeException(
          "linformer: a matrix %s for texts of %d positions does not fit x %s; texts have one length"
              .formatted(matrix.shape(), matrix.shape().axis(1), x));
    }
    this.matrix = matrix;
    this.x = x;
    this.lengths = lengths.clone();
  }

  @Override
  public List<Operand> operands() {
    return List.of(matrix, x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  /// The columns of the first positions.
  private static Matrix columns(Tensor matrix, int length) {
    int row = matrix.axis(1);
    return new Matrix(matrix.array(), matrix.offset(), matrix.axis(0), length, row, 1);
  }

  /// The first rows of a batch.
  private static Matrix rows(Tensor x, int b, int length) {
    int width = x.axis(2);
    int at = x.offset() + b * x.axis(1) * width;
    return new Matrix(x.array(), at, length, width, width, 1);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor numbers = Prepend.numbers(matrix);
    int few = numbers.axis(0);
    Tensor y = run.allocate(Shape.of(x.axis(0), few, x.axis(2)));
    for (int b = 0; b < x.axis(0); b++) {
      run.kernels()
          .products()
          .multiply(
              columns(numbers, lengths[b]), rows(x, b, lengths[b]), rows(y, b, few), run.workers());
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor numbers = Prepend.numbers(matrix);
    int few = numbers.axis(0);
    for (int b = 0; b < x.axis(0); b++) {
      Matrix gradient = rows(dy, b, few);
      if (gradients.wants(matrix)) {
        Matrix sum = columns(gradients.of(matrix), lengths[b]);
        Matrix read = rows(x, b, lengths[b]).transpose();
        run.kernels().products().multiplyAdd(gradient, read, sum, run.workers());
      }
      if (gradients.wants(x)) {
        Matrix sum = rows(gradients.of(x), b, lengths[b]);
        Matrix turned = columns(numbers, lengths[b]).transpose();
        run.kernels().products().multiplyAdd(turned, gradient, sum, run.workers());
      }
    }
  }
}
