package dev.heed.grad;

import dev.heed.tensor.Tensor;

/// `y = factor * x`.
public record Scale(Tensor x, float factor) implements Operation {
  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    Spread.elements(
        y,
        run,
        (from, to) ->
            run.kernels()
                .rows()
                .scale(
                    factor, x.array(), x.offset() + from, y.array(), y.offset() + from, to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dx = gradients.of(x);
    Spread.elements(
        dx,
        run,
        (from, to) ->
            run.kernels()
                .rows()
                .addScaled(
                    factor,
                    dy.array(),
                    dy.offset() + from,
                    dx.array(),
                    dx.offset() + from,
                    to - from));
  }
}
