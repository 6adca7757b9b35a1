package dev.heed.lens;

import dev.heed.layer.SelfAttention;

/// The output projection of an attention, cut into heads.
///
/// @param weight `[D, H·E]`
/// @param width `E`
record OutputHeads(float[] weight, int rows, int heads, int width) {
  static OutputHeads of(SelfAttention attention) {
    float[] weight = attention.projections().output().weight().toFloats();
    int heads = attention.heads().queries();
    int width = attention.heads().width();
    return new OutputHeads(weight, weight.length / (heads * width), heads, width);
  }

  /// What a head writes to the residual stream, `[D]`, without the bias.
  ///
  /// @param z what it mixed, `[E]`
  double[] project(int head, float[] z) {
    double[] made = new double[rows];
    for (int row = 0; row < rows; row++) {
      int at = (row * heads + head) * width;
      double sum = 0;
      for (int e = 0; e < width; e++) {
        sum += (double) weight[at + e] * z[e];
      }
      made[row] = sum;
    }
    return made;
  }
}
