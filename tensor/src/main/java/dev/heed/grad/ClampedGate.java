package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.List;

/// `y = (u + 1) g σ(1.702 g)` with `g = min(gate, 7)` and `u` the linear part within ±7: the gated
/// feed-forward of [gpt-oss](https://arxiv.org/abs/2508.10925), whose numbers stay small enough for
/// few bits.
///
/// @param gate of any shape
/// @param linear shaped likewise
public record ClampedGate(Tensor gate, Tensor linear) implements Operation {
  private static final double LIMIT = 7;
  private static final double SHARPNESS = 1.702;

  public ClampedGate {
    if (!gate.shape().equals(linear.shape())) {
      throw new ShapeException(
          "gate: %s and %s must have the same shape".formatted(gate.shape(), linear.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(gate, linear);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(gate.shape());
    Spread.elements(
        y,
        run,
        (from, to, _) -> {
          for (int n = from; n < to; n++) {
            double g = Math.min(gate.array()[gate.offset() + n], LIMIT);
            double u = Math.clamp(linear.array()[linear.offset() + n], -LIMIT, LIMIT);
            y.array()[y.offset() + n] = (float) ((u + 1) * g * sigmoid(g));
          }
        });
    return y;
  }

  private static double sigmoid(double g) {
    return 1 / (1 + Math.exp(-SHARPNESS * g));
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (gradients.wants(gate)) {
      Tensor dGate = gradients.of(gate);
      Spread.elements(dy, run, (from, to, _) -> addGate(dy, dGate, from, to));
    }
    if (gradients.wants(linear)) {
      Tensor dLinear = gradients.of(linear);
      Spread.elements(dy, run, (from, to, _) -> addLinear(dy, dLinear, from, to));
    }
  }

  private void addGate(Tensor dy, Tensor dGate, int from, int to) {
    for (int n = from; n < to; n++) {
      double g = gate.array()[gate.offset() + n];
      double u = Math.clamp(linear.array()[linear.offset() + n], -LIMIT, LIMIT);
      double s = sigmoid(g);
      double slope = g > LIMIT ? 0 : s + SHARPNESS * g * s * (1 - s);
      dGate.array()[dGate.offset() + n] += (float) ((u + 1) * slope * dy.array()[dy.offset() + n]);
    }
  }

  private void addLinear(Tensor dy, Tensor dLinear, int from, int to) {
    for (int n = from; n < to; n++) {
      double g = Math.min(gate.array()[gate.offset() + n], LIMIT);
      boolean free = Math.abs(linear.array()[linear.offset() + n]) <= LIMIT;
      double slope = free ? g * sigmoid(g) : 0;
      dLinear.array()[dLinear.offset() + n] += (float) (slope * dy.array()[dy.offset() + n]);
    }
  }
}
