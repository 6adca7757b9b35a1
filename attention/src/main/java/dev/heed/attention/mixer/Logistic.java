package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;

/// `1 / (1 + e^-x)`: a gate.
public record Logistic(Tensor x) implements Operation {
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
      y.array()[y.offset() + i] = (float) (1 / (1 + Math.exp(-x.array()[x.offset() + i])));
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    Tensor dx = run.workspace().take(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double share = 1 / (1 + Math.exp(-x.array()[x.offset() + i]));
      dx.array()[dx.offset() + i] = (float) (share * (1 - share) * dy.array()[dy.offset() + i]);
    }
    gradients.add(x, dx, run);
    run.workspace().release(mark);
  }
}
