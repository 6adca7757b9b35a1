package dev.heed.attention.mixer;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import dev.heed.tensor.Workspace;
import java.util.List;

/// The logarithms of decays over steps of some length, `-e^rate step`: rates are learned as
/// logarithms, [Gu et al. 2022](https://arxiv.org/abs/2206.11893) section 4.
///
/// @param steps `[B, T, N]`
/// @param rate an array weight `[N]`
public record FadeByTime(Tensor steps, Weight rate) implements Operation {
  public FadeByTime {
    if (!rate.shape().equals(Shape.of(steps.axis(-1)))) {
      throw new ShapeException(
          "fade: steps %s and rates %s do not fit; [B, T, N] and [N] would"
              .formatted(steps.shape(), rate.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(steps, rate);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(steps.shape());
    float[] logs = rate.floats();
    for (int i = 0; i < steps.size(); i++) {
      double speed = Math.exp(logs[i % logs.length]);
      y.array()[y.offset() + i] = (float) (-speed * steps.array()[steps.offset() + i]);
    }
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    float[] logs = rate.floats();
    double[] sums = new double[logs.length];
    Workspace.Mark mark = run.workspace().mark();
    Tensor dSteps = run.workspace().take(steps.shape());
    for (int i = 0; i < steps.size(); i++) {
      double share = -Math.exp(logs[i % logs.length]) * dy.array()[dy.offset() + i];
      dSteps.array()[dSteps.offset() + i] = (float) share;
      sums[i % logs.length] += share * steps.array()[steps.offset() + i];
    }
    gradients.add(steps, dSteps, run);
    run.workspace().release(mark);
    if (gradients.wants(rate)) {
      Tensor sum = gradients.of(rate);
      for (int n = 0; n < sums.length; n++) {
        sum.array()[sum.offset() + n] += (float) sums[n];
      }
    }
  }
}
