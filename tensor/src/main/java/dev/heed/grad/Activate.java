package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;

/// `y = f(x)`, element by element.
public record Activate(Tensor x, Activation activation) implements Operation {
  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    Spread.elements(
        y,
        run,
        (from, to) ->
            activation.forward(
                run.kernels().rows(),
                new Row(x.array(), x.offset() + from),
                new Row(y.array(), y.offset() + from),
                to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dx = gradients.of(x);
    for (int i = 0; i < dy.size(); i++) {
      dx.array()[dx.offset() + i] +=
          (float) (dy.array()[dy.offset() + i] * activation.derivative(x.array()[x.offset() + i]));
    }
  }
}
