package dev.heed.attention.mixer;

import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// The largest exponents of heads, by which features are kept within bounds.
final class Maxima {
  private Maxima() {}

  /// The largest of each head of each position.
  ///
  /// @param x `[B, T, heads·F]`
  /// @return `[B, T, heads]`
  static Tensor ofRows(Tensor x, int heads) {
    Tensor most = Tensor.zeros(x.axis(0), x.axis(1), heads);
    int features = x.axis(2) / heads;
    for (int row = 0; row < most.size(); row++) {
      float largest = Float.NEGATIVE_INFINITY;
      for (int f = 0; f < features; f++) {
        largest = Math.max(largest, x.array()[x.offset() + row * features + f]);
      }
      most.array()[row] = largest;
    }
    return most;
  }

  /// Makes of the largest of each position the largest so far.
  ///
  /// @param most `[B, T, heads]`, replaced
  /// @param before `[B, heads]`, the largest before the first position; replaced by that after the
  ///   last
  /// @param call says where a document begins
  /// @return how much the largest rose at each position, less than 0 or 0: a state of features by
  ///   the largest so far fades by it
  static Tensor running(Tensor most, Optional<Tensor> before, StateInput call) {
    Tensor falls = Tensor.zeros(most.shape());
    int heads = most.axis(2);
    float[] last = new float[heads];
    for (int b = 0; b < most.axis(0); b++) {
      Arrays.fill(last, Float.NEGATIVE_INFINITY);
      int row = b * heads;
      before.ifPresent(all -> System.arraycopy(all.array(), all.offset() + row, last, 0, heads));
      for (int t = 0; t < most.axis(1); t++) {
        if (BoundMix.begins(call, b, t)) {
          Arrays.fill(last, Float.NEGATIVE_INFINITY);
        }
        for (int h = 0; h < heads; h++) {
          int at = (b * most.axis(1) + t) * heads + h;
          float now = Math.max(last[h], most.array()[at]);
          falls.array()[at] = last[h] == Float.NEGATIVE_INFINITY ? 0 : last[h] - now;
          last[h] = now;
          most.array()[at] = now;
        }
      }
      before.ifPresent(all -> System.arraycopy(last, 0, all.array(), all.offset() + row, heads));
    }
    return falls;
  }
}
