package dev.heed.grad;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// The softmax of the `count` largest of each row and zeros elsewhere: how much each position hears
/// of each expert, [Shazeer et al. 2017](https://arxiv.org/abs/1701.06538). Of equal ones the first
/// is taken.
///
/// @param logits `[..., X]`, one for each expert
public record RouteTopK(Tensor logits, int count) implements Operation {
  public RouteTopK {
    if (count < 1 || count > logits.axis(-1)) {
      throw new ShapeException(
          "route: %d of the experts of logits %s; 1 to %d fit"
              .formatted(count, logits.shape(), logits.axis(-1)));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(logits);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(logits.shape());
    int experts = logits.axis(-1);
    for (int row = 0; row < logits.shape().rows(); row++) {
      route(logits.offset() + row * experts, y, y.offset() + row * experts);
    }
    return y;
  }

  private void route(int from, Tensor y, int to) {
    float[] out = y.array();
    float[] in = logits.array();
    int experts = logits.axis(-1);
    // NaN marks what was not taken: it goes with no logit
    Arrays.fill(out, to, to + experts, Float.NaN);
    double largest = 0;
    double sum = 0;
    for (int n = 0; n < count; n++) {
      int best = largest(in, from, out, to);
      largest = n == 0 ? finite(in[from + best], best) : largest;
      out[to + best] = (float) Math.exp(in[from + best] - largest);
      sum += out[to + best];
    }
    for (int x = 0; x < experts; x++) {
      out[to + x] = Float.isNaN(out[to + x]) ? 0 : (float) (out[to + x] / sum);
    }
  }

  private static double finite(float largest, int expert) {
    if (Float.isInfinite(largest)) {
      throw new HeedException(
          "route: the largest logit, of expert %d, is %s; the weights or the input are broken"
              .formatted(expert, largest));
    }
    return largest;
  }

  /// The first of the largest that are not taken yet.
  private int largest(float[] in, int from, float[] taken, int to) {
    int best = -1;
    for (int x = 0; x < logits.axis(-1); x++) {
      if (Float.isNaN(in[from + x])) {
        throw new HeedException(
            "route: the logit of expert %d is NaN; the weights or the input are broken"
                .formatted(x));
      }
      if (Float.isNaN(taken[to + x]) && (best < 0 || in[from + x] > in[from + best])) {
        best = x;
      }
    }
    return best;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(logits)) {
      return;
    }
    Tensor y = forward(run);
    Tensor dx = gradients.of(logits);
    int experts = logits.axis(-1);
    for (int row = 0; row < logits.shape().rows(); row++) {
      double mean = 0;
      for (int x = row * experts; x < (row + 1) * experts; x++) {
        mean += (double) y.array()[y.offset() + x] * dy.array()[dy.offset() + x];
      }
      for (int x = row * experts; x < (row + 1) * experts; x++) {
        double slope = dy.array()[dy.offset() + x] - mean;
        dx.array()[dx.offset() + x] += (float) (y.array()[y.offset() + x] * slope);
      }
    }
  }
}
