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

/// The lengths of steps of a state space model, `softplus(x + bias)` within limits, [Gu and Dao
/// 2023](https://arxiv.org/abs/2312.00752) section 3.2.
///
/// @param x `[B, T, N]`
/// @param bias an array weight `[N]`
public record TimeSteps(Tensor x, Weight bias, float low, float high) implements Operation {
  public TimeSteps {
    if (!bias.shape().equals(Shape.of(x.axis(-1))) || !(low <= high)) {
      throw new ShapeException(
          "steps: x %s with bias %s between %s and %s do not fit; [B, T, N] with [N] would"
              .formatted(x.shape(), bias.shape(), low, high));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(x, bias);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    float[] shift = bias.floats();
    for (int i = 0; i < x.size(); i++) {
      double at = x.array()[x.offset() + i] + shift[i % shift.length];
      y.array()[y.offset() + i] = Math.clamp((float) softplus(at), low, high);
    }
    return y;
  }

  /// `log(1 + e^x)`.
  private static double softplus(double x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    float[] shift = bias.floats();
    double[] sums = new double[shift.length];
    Workspace.Mark mark = run.workspace().mark();
    Tensor dx = run.workspace().take(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double at = x.array()[x.offset() + i] + shift[i % shift.length];
      double step = softplus(at);
      boolean inside = step > low && step < high;
      double gradient = inside ? dy.array()[dy.offset() + i] / (1 + Math.exp(-at)) : 0;
      dx.array()[dx.offset() + i] = (float) gradient;
      sums[i % shift.length] += gradient;
    }
    gradients.add(x, dx, run);
    run.workspace().release(mark);
    if (gradients.wants(bias)) {
      Tensor sum = gradients.of(bias);
      for (int n = 0; n < sums.length; n++) {
        sum.array()[sum.offset() + n] += (float) sums[n];
      }
    }
  }
}
