package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = a + b`, of one shape: the residual connection.
public record Add(Tensor a, Tensor b) implements Operation {
  public Add {
    if (!a.shape().equals(b.shape())) {
      throw new ShapeException(
          "add: %s and %s must have the same shape".formatted(a.shape(), b.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(a, b);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(a.shape());
    Spread.elements(
        y,
        run,
        (from, to, _) ->
            run.kernels()
                .rows()
                .add(
                    a.array(),
                    a.offset() + from,
                    b.array(),
                    b.offset() + from,
                    y.array(),
                    y.offset() + from,
                    to - from));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    gradients.add(a, dy, run);
    gradients.add(b, dy, run);
  }
}
