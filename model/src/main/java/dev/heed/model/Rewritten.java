package dev.heed.model;

import dev.heed.tensor.Weight;

/// Weights that are rewritten as they are read.
final class Rewritten {
  private Rewritten() {}

  /// The same numbers as an array weight, whatever type the file stores.
  static Weight array(Weight stored) {
    return stored.array().isPresent()
        ? stored
        : Weight.of(stored.name(), stored.toFloats(), stored.shape().toArray());
  }

  /// Whether two weights of one shape are the same to the bit.
  static boolean same(Weight a, Weight b) {
    return a.type() == b.type() && a.segment().mismatch(b.segment()) < 0;
  }

  /// A matrix `[in, out]` as an array weight `[out, in]`.
  static Weight transposed(Weight stored) {
    int in = stored.shape().axis(0);
    int out = stored.shape().axis(1);
    float[] from = stored.toFloats();
    float[] to = new float[from.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        to[o * in + i] = from[i * out + o];
      }
    }
    return Weight.of(stored.name(), to, out, in);
  }
}
