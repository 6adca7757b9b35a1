package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Puts a 1 behind the values of each head, so that a mixer sums weights beside the values that
/// they weigh.
///
/// @param v `[B, T, heads·W]`; the result is `[B, T, heads·(W + 1)]`
public record WithOnes(Tensor v, int heads) implements Operation {
  public WithOnes {
    if (v.shape().rank() != 3 || heads < 1 || v.axis(2) % heads != 0) {
      throw new ShapeException(
          "ones: %s is not [B, T, heads·W] of %d heads".formatted(v.shape(), heads));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(v);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    int width = v.axis(2) / heads;
    Tensor y = run.allocate(v.shape().withLast(v.axis(2) + heads));
    for (int row = 0; row < v.shape().rows() * heads; row++) {
      int to = y.offset() + row * (width + 1);
      System.arraycopy(v.array(), v.offset() + row * width, y.array(), to, width);
      y.array()[to + width] = 1;
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(v)) {
      return;
    }
    int width = v.axis(2) / heads;
    Tensor dv = gradients.of(v);
    for (int row = 0; row < v.shape().rows() * heads; row++) {
      int from = dy.offset() + row * (width + 1);
      run.kernels()
          .rows()
          .addScaled(1, dy.array(), from, dv.array(), dv.offset() + row * width, width);
    }
  }
}
