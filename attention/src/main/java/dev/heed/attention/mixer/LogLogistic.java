package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;

/// `log(1 / (1 + e^-x)) / divisor`: the logarithm of a gate, as decays are wanted, [Yang et al.
/// 2024](https://arxiv.org/abs/2312.06635) section 4.4.
public record LogLogistic(Tensor x, float divisor) implements Operation {
  public LogLogistic {
    if (!(divisor > 0)) {
      throw new MixerException(
          "gate: a logarithm divided by %s; a number above 0 fits".formatted(divisor));
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
    Tensor y = run.allocate(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double at = x.array()[x.offset() + i];
      double log = Math.min(at, 0) - Math.log1p(Math.exp(-Math.abs(at)));
      y.array()[y.offset() + i] = (float) (log / divisor);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    Tensor dx = run.workspace().take(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double slope = 1 / (1 + Math.exp(x.array()[x.offset() + i]));
      dx.array()[dx.offset() + i] = (float) (slope / divisor * dy.array()[dy.offset() + i]);
    }
    gradients.add(x, dx, run);
    run.workspace().release(mark);
  }
}
