package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = factor * x`.
public record Scale(Tensor x, float factor) implements Operation {
  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    Spread.elements(
        y,
        run,
        (from, to, _) ->
            run.kernels()
                .rows()
                .scale(
                    factor, x.array(), x.offset() + from, y.array(), y.offset() + from, to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Spread.add(
        gradients.sum(x),
        1,
        run,
        (from, to, dx, _) ->
            run.kernels()
                .rows()
                .scale(factor, dy.array(), dy.offset() + from, dx.array(), dx.from(), to - from));
  }
}
