package dev.heed.kernel;

/// What an optimiser does to the numbers of a weight: each is computed from its own gradient and
/// its own state alone.
public interface Updates {
  /// One step of AdamW ([Loshchilov and Hutter 2019](https://arxiv.org/abs/1711.05101), algorithm
  /// 2), for numbers `from` to `from + length` of a weight:
  ///
  /// ```
  /// g = scale * gradient
  /// mean += (1 - beta1) (g - mean)
  /// square = beta2 square + (1 - beta2) g²
  /// weight = keep weight - size mean / (root √square + epsilon)
  /// ```
  ///
  /// @param gradient of the whole weight, from `gradientFrom` on
  /// @param mean the running mean of the gradients, updated
  /// @param square the running mean of their squares, updated
  void adamW(
      float[] weight,
      float[] gradient,
      int gradientFrom,
      float[] mean,
      float[] square,
      AdamW step,
      int from,
      int length);

  /// `a = keep a + factor b`.
  void blend(float keep, float[] a, int aFrom, float factor, float[] b, int bFrom, int length);

  /// `Σ a²`, added in double.
  double squares(float[] a, int from, int length);

  /// The factors of a step of AdamW.
  ///
  /// @param scale of the gradient, below 1 where it is clipped
  /// @param keep what decay leaves of the weight: `1 - rate · decay`
  /// @param size the rate over `1 - beta1^step`
  /// @param root `1 / √(1 - beta2^step)`
  record AdamW(
      float scale, float beta1, float beta2, float keep, float size, float root, float epsilon) {}
}
