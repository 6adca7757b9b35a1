package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = cap * tanh(x / cap)`, which keeps logits within `±cap` ([Gemma
/// 2](https://arxiv.org/abs/2408.00118), section 2).
public record SoftCap(Tensor x, float cap) implements Operation {
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
    Tensor y = run.allocate(x.shape());
    Spread.elements(
        y,
        run,
        (from, to, _) ->
            run.kernels()
                .rows()
                .softCap(
                    cap, x.array(), x.offset() + from, y.array(), y.offset() + from, to - from));
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
            run.kernels()
                .rowsBackward()
                .softCap(
                    cap,
                    new Row(x.array(), x.offset() + from),
                    new Row(dy.array(), dy.offset() + from),
                    dx,
                    to - from,
                    scratch.room()));
  }
}
