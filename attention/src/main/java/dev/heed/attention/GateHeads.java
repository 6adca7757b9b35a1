package dev.heed.attention;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// The results of heads, each times a number of its own: a gate that is zero silences its head.
/// [Michel et al. 2019](https://arxiv.org/abs/1905.10650) section 2.3.
///
/// @param x `[..., H·W]`, the heads side by side
/// @param gate `[H]`
public record GateHeads(Tensor x, Weight gate) implements Operation {
  public GateHeads {
    if (gate.shape().rank() != 1 || x.axis(-1) % Math.max(1, gate.shape().axis(0)) != 0) {
      throw new ShapeException(
          "gate: %s does not fit heads %s; [H], with the last axis a multiple of H, would"
              .formatted(gate.shape(), x.shape()));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(x, gate);
  }

  private int heads() {
    return gate.shape().axis(0);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    float[] factors = gate.toFloats();
    scale(x, factors, y, run, 0);
    return y;
  }

  /// `out = keep · out + factors x`, head by head of each row.
  private void scale(Tensor from, float[] factors, Tensor out, Run run, float keep) {
    int width = x.axis(-1) / heads();
    run.workers()
        .run(
            x.shape().rows(),
            (row, _) -> {
              for (int n = row * factors.length; n < (row + 1) * factors.length; n++) {
                float factor = factors[n % factors.length];
                int a = from.offset() + n * width;
                int b = out.offset() + n * width;
                for (int w = 0; w < width; w++) {
                  float had = keep == 0 ? 0 : out.array()[b + w];
                  out.array()[b + w] = had + factor * from.array()[a + w];
                }
              }
            });
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (gradients.wants(x)) {
      scale(dy, gate.toFloats(), gradients.of(x), run, 1);
    }
    if (gradients.wants(gate)) {
      Tensor into = gradients.of(gate);
      run.workers().run(heads(), (h, _) -> into.array()[into.offset() + h] += (float) sum(dy, h));
    }
  }

  /// What a head's gate gets, row after row.
  private double sum(Tensor dy, int h) {
    int width = x.axis(-1) / heads();
    double sum = 0;
    for (int row = 0; row < x.shape().rows(); row++) {
      int from = (row * heads() + h) * width;
      for (int w = from; w < from + width; w++) {
        sum += (double) x.array()[x.offset() + w] * dy.array()[dy.offset() + w];
      }
    }
    return sum;
  }
}
