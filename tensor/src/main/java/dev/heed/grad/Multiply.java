package dev.heed.grad;

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
    Spread.elements(y, run, (from, to) -> times(a, b, y, from, to, run));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor part = Tensor.zeros(dy.shape());
    Spread.elements(part, run, (from, to) -> times(dy, b, part, from, to, run));
    gradients.add(a, part, run);
    Spread.elements(part, run, (from, to) -> times(dy, a, part, from, to, run));
    gradients.add(b, part, run);
  }

  private static void times(Tensor a, Tensor b, Tensor y, int from, int to, Run run) {
    run.kernels()
        .rows()
        .multiply(
            a.array(),
            a.offset() + from,
            b.array(),
            b.offset() + from,
            y.array(),
            y.offset() + from,
            to - from);
  }
}
