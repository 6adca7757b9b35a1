package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// The Moore-Penrose inverse of the upper left square of each head, by iteration: `[B, m, H·m]`
/// gives `[B, m, H·m]`, with zeros outside.
///
/// [Xiong et al. 2021](https://arxiv.org/abs/2102.03902) section 3.3: `Z = Aᵀ / (|A|₁ |A|∞)`, then
/// `Z = ¼ Z (13 I - A Z (15 I - A Z (7 I - A Z)))`. The norms are those of each matrix alone, so
/// that a result does not depend on what else is in the batch.
public final class PseudoInverse implements Operation {
  private final Tensor a;
  private final int heads;
  private final int iterations;
  private final int[] counts;

  /// @param counts the size of the square of each batch
  public PseudoInverse(Tensor a, int heads, int iterations, int[] counts) {
    this.a = a;
    this.heads = heads;
    this.iterations = iterations;
    this.counts = counts.clone();
  }

  @Override
  public List<Operand> operands() {
    return List.of(a);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor z = run.allocate(a.shape());
    Arrays.fill(z.array(), z.offset(), z.offset() + z.size(), 0);
    each(
        run,
        (square, task) -> square.inverse(iterations).writeTo(HeadProduct.head(z, heads, task)));
    return z;
  }

  @Override
  public void backward(Tensor dz, Gradients gradients, Run run) {
    Tensor da = gradients.of(a);
    each(
        run,
        (square, task) ->
            square
                .backward(iterations, Square.of(HeadProduct.head(dz, heads, task), square.size()))
                .addTo(HeadProduct.head(da, heads, task)));
  }

  private interface Task {
    void run(Square square, int task);
  }

  private void each(Run run, Task body) {
    run.workers()
        .run(
            a.axis(0) * heads,
            (task, _) -> {
              Matrix head = HeadProduct.head(a, heads, task);
              int size = counts[task / heads];
              if (size > 0) {
                body.run(Square.of(head, size), task);
              }
            });
  }
}
