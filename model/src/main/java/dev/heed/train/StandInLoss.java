package dev.heed.train;

import dev.heed.grad.Tokens;
import dev.heed.tensor.Tensor;

/// Mean cross entropy over the targets that are not negative, and its gradient.
final class StandInLoss {
  private StandInLoss() {}

  /// @param dLogits gets the gradient
  static double of(Tensor logits, Tokens targets, Tensor dLogits, double share) {
    int vocabulary = logits.axis(-1);
    int counted = 0;
    for (int id : targets.ids()) {
      counted += id >= 0 ? 1 : 0;
    }
    double sum = 0;
    for (int r = 0; r < targets.ids().length; r++) {
      if (targets.ids()[r] >= 0) {
        sum += row(logits, targets.ids()[r], dLogits, r * vocabulary, share / counted);
      }
    }
    return sum / counted;
  }

  private static double row(Tensor logits, int target, Tensor dLogits, int row, double share) {
    float[] x = logits.array();
    int at = logits.offset() + row;
    int width = logits.axis(-1);
    double max = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < width; i++) {
      max = Math.max(max, x[at + i]);
    }
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += Math.exp(x[at + i] - max);
    }
    for (int i = 0; i < width; i++) {
      double p = Math.exp(x[at + i] - max) / sum - (i == target ? 1 : 0);
      dLogits.array()[dLogits.offset() + row + i] = (float) (p * share);
    }
    return max + Math.log(sum) - x[at + target];
  }
}
