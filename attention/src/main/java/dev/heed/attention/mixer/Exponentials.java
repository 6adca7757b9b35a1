package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;

/// Features of exponents, `y = exp(x - largest) / sqrt(F) + epsilon` for each head. What is
/// subtracted counts as constant: it cancels where features are divided by their sums.
///
/// @param x `[B, T, heads·F]`
/// @param largest `[B, T, heads]`, not below the numbers of its head
public record Exponentials(Tensor x, Tensor largest, float epsilon) implements Operation {
  public Exponentials {
    boolean fit = x.shape().rank() == 3 && largest.shape().rank() == 3;
    if (!fit
        || largest.shape().rows() != x.shape().rows()
        || largest.axis(2) == 0
        || x.axis(2) % largest.axis(2) != 0) {
      throw new ShapeException(
          "exponentials: %s and %s do not fit; [B, T, heads·F] and [B, T, heads] would"
              .formatted(x.shape(), largest.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  private float factor() {
    return (float) (1 / Math.sqrt((double) x.axis(2) / largest.axis(2)));
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    fill(y, epsilon, run);
    return y;
  }

  private void fill(Tensor y, float shift, Run run) {
    int features = x.axis(2) / largest.axis(2);
    HeadRows.run(
        x,
        largest.axis(2),
        run,
        row -> {
          int at = row * features;
          float most = largest.array()[largest.offset() + row];
          run.kernels()
              .rowsBackward()
              .exponentials(
                  factor(),
                  most,
                  shift,
                  x.array(),
                  x.offset() + at,
                  y.array(),
                  y.offset() + at,
                  features);
        });
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Workspace.Mark mark = run.workspace().mark();
    Tensor dx = run.workspace().take(x.shape());
    fill(dx, 0, run);
    run.kernels()
        .rows()
        .multiply(
            dx.array(), dx.offset(), dy.array(), dy.offset(), dx.array(), dx.offset(), x.size());
    gradients.add(x, dx, run);
    run.workspace().release(mark);
  }
}
