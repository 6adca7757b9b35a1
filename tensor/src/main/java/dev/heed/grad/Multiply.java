package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = a * b`, element by element, of one shape: the gate of a gated feed-forward.
public record Multiply(Tensor a, Tensor b) implements Operation {
  public Multiply {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(
          "multiply: %s and %s must have the same shape".formatted(a.shape(), b.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(a, b);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(a.shape());
    addProduct(a, b, new Gradients.Sum(y, true), run);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (gradients.wants(a)) {
      addProduct(dy, b, gradients.sum(a), run);
    }
    if (gradients.wants(b)) {
      addProduct(dy, a, gradients.sum(b), run);
    }
  }

  private static void addProduct(Tensor dy, Tensor factor, Gradients.Sum sum, Run run) {
    Rows rows = run.kernels().rows();
    Spread.add(
        sum,
        1,
        run,
        (from, to, out, _) ->
            rows.multiply(
                dy.array(),
                dy.offset() + from,
                factor.array(),
                factor.offset() + from,
                out.array(),
                out.from(),
                to - from));
  }
}
