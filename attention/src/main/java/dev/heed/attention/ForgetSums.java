package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/// What the modifier `forget` reads: `c_t = Σ_{n ≤ t} log σ(x_n)`, the sums of the logarithms of
/// forget gates that a model computes from its tokens. [Lin et al.
/// 2025](https://arxiv.org/abs/2503.02130) section 3.
///
/// @param x the gates before the logistic function, `[B, T, H]`
/// @param before the sums up to the position before the first, `[B, H]`; zeros where there is none
public record ForgetSums(Tensor x, Optional<Tensor> before) implements Operation {
  public ForgetSums {
    boolean fits = x.shape().rank() == 3;
    if (fits && before.isPresent()) {
      fits = before.get().shape().equals(Shape.of(x.axis(0), x.axis(2)));
    }
    if (!fits) {
      throw new ShapeException(
          "forget: gates %s and sums before %s do not fit; [B, T, H] and [B, H] would"
              .formatted(x.shape(), before.map(Tensor::shape)));
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

  /// The sums, `[B, H, T]`.
  @Override
  public Tensor forward(Run run) {
    int heads = x.axis(2);
    int length = x.axis(1);
    Tensor y = run.allocate(Shape.of(x.axis(0), heads, length));
    for (int head = 0; head < x.axis(0) * heads; head++) {
      int row = head;
      double sum = before.map(sums -> sums.array()[sums.offset() + row]).orElse(0f);
      for (int t = 0; t < length; t++) {
        double gate = x.array()[at(head, t)];
        sum += Math.min(gate, 0) - Math.log1p(Math.exp(-Math.abs(gate)));
        y.array()[y.offset() + head * length + t] = (float) sum;
      }
    }
    return y;
  }

  /// Where the gate of position `t` of a head of a batch is.
  private int at(int head, int t) {
    int heads = x.axis(2);
    return x.offset() + (head / heads * x.axis(1) + t) * heads + head % heads;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dx = gradients.of(x);
    int length = x.axis(1);
    for (int head = 0; head < x.axis(0) * x.axis(2); head++) {
      double sum = 0;
      for (int t = length - 1; t >= 0; t--) {
        sum += dy.array()[dy.offset() + head * length + t];
        int at = at(head, t);
        dx.array()[at - x.offset() + dx.offset()] += (float) (sum / (1 + Math.exp(x.array()[at])));
      }
    }
  }
}
