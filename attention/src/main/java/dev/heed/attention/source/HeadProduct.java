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

/// A matrix product of each head: `[B, T, H·m]` times `[B, m, H·W]` gives `[B, T, H·W]`.
public final class HeadProduct implements Operation {
  private final Tensor a;
  private final Tensor b;
  private final int heads;

  /// @param a `[B, T, H·m]`
  /// @param b `[B, m, H·W]`
  public HeadProduct(Tensor a, Tensor b, int heads) {
    if (a.axis(0) != b.axis(0) || a.axis(2) != heads * b.axis(1)) {
      throw new ShapeException(
          "product: %s does not fit %s with %d heads; [B, T, H·m] and [B, m, H·W] would"
              .formatted(a, b, heads));
    }
    this.a = a;
    this.b = b;
    this.heads = heads;
  }

  /// The rows of a head of a tensor `[B, T, H·width]`.
  static Matrix head(Tensor x, int heads, int task) {
    int row = x.axis(2);
    int width = row / heads;
    int at = x.offset() + task / heads * x.axis(1) * row + task % heads * width;
    return new Matrix(x.array(), at, x.axis(1), width, row, 1);
  }

  @Override
  public List<Operand> operands() {
    return List.of(a, b);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(Shape.of(a.axis(0), a.axis(1), b.axis(2)));
    run.workers()
        .run(
            a.axis(0) * heads,
            (task, scratch) ->
                run.kernels()
                    .products()
                    .multiply(
                        head(a, heads, task), head(b, heads, task), head(y, heads, task), scratch));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor da = gradients.of(a);
    Tensor db = gradients.of(b);
    run.workers()
        .run(
            a.axis(0) * heads,
            (task, scratch) -> {
              Matrix gradient = head(dy, heads, task);
              run.kernels()
                  .products()
                  .multiplyAdd(
                      gradient, head(b, heads, task).transpose(), head(da, heads, task), scratch);
              run.kernels()
                  .products()
                  .multiplyAdd(
                      head(a, heads, task).transpose(), gradient, head(db, heads, task), scratch);
            });
  }
}
