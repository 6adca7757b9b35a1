package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// Divides the numbers of each head by its last one: `y_w = x_w / (x_W + epsilon)`, the weighted
/// mean of values whose weights were summed beside them ([WithOnes]).
///
/// @param x `[B, T, heads·(W + 1)]`; the result is `[B, T, heads·W]`
public record DivideByLast(Tensor x, int heads, float epsilon) implements Operation {
  public DivideByLast {
    if (x.shape().rank() != 3 || heads < 1 || x.axis(2) % heads != 0 || x.axis(2) == heads) {
      throw new ShapeException(
          "divide: %s is not [B, T, heads·(W + 1)] of %d heads".formatted(x.shape(), heads));
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

  @Override
  public Tensor forward(Run run) {
    int width = x.axis(2) / heads - 1;
    Tensor y = run.allocate(x.shape().withLast(heads * width));
    Rows rows = run.kernels().rows();
    for (int row = 0; row < x.shape().rows() * heads; row++) {
      int from = x.offset() + row * (width + 1);
      float factor = 1 / (x.array()[from + width] + epsilon);
      rows.scale(factor, x.array(), from, y.array(), y.offset() + row * width, width);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    int width = x.axis(2) / heads - 1;
    Tensor dx = gradients.of(x);
    for (int row = 0; row < x.shape().rows() * heads; row++) {
      int from = row * (width + 1);
      int of = dy.offset() + row * width;
      float factor = 1 / (x.array()[x.offset() + from + width] + epsilon);
      double sum = 0;
      for (int w = 0; w < width; w++) {
        sum += (double) dy.array()[of + w] * x.array()[x.offset() + from + w];
      }
      int to = dx.offset() + from;
      run.kernels().rows().addScaled(factor, dy.array(), of, dx.array(), to, width);
      dx.array()[to + width] -= (float) (sum * factor * factor);
    }
  }
}
