package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = f(x)`, element by element.
public record Activate(Tensor x, Activation activation) implements Operation {
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
            activation.forward(
                run.kernels().rows(),
                new Row(x.array(), x.offset() + from),
                new Row(y.array(), y.offset() + from),
                to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Spread.add(
        gradients.sumInPlace(x),
        1,
        run,
        (from, to, dx, scratch) ->
            activation.backward(
                new Activation.Slopes(run.kernels().rowsBackward(), scratch.room()),
                new Row(x.array(), x.offset() + from),
                new Row(dy.array(), dy.offset() + from),
                dx,
                to - from));
  }
}
