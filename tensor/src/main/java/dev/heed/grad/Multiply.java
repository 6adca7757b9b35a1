package dev.heed.grad;

import dev.heed.kernel.Rows;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;

/// `y = a * b`, element by element, of one shape: the gate of a gated feed-forward.
public record Multiply(Tensor a, Tensor b) implements Operation {
  public Multiply {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(
          "multiply: %s and %s must have the same shape".formatted(a.shape(), b.shape()));
    }
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(a.shape());
    times(a, b, y, run);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor part = Tensor.zeros(dy.shape());
    times(dy, b, part, run);
    gradients.add(a, part, run);
    times(dy, a, part, run);
    gradients.add(b, part, run);
  }

  private static void times(Tensor a, Tensor b, Tensor y, Run run) {
    Rows rows = run.kernels().rows();
    Spread.elements(
        y,
        run,
        (from, to) ->
            rows.multiply(
                a.array(),
                a.offset() + from,
                b.array(),
                b.offset() + from,
                y.array(),
                y.offset() + from,
                to - from));
  }
}
