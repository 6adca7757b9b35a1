package dev.heed.kernel;

/// What is computed row by row or element by element. Every method works on the run of `length`
/// numbers that begins at the given offsets; `out` may be the input where both begin at the same
/// place.
public interface Rows {
  /// `out = a + b`.
  void add(float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length);

  /// `out = a * b`, element by element.
  void multiply(float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length);

  /// `out += factor * a`.
  void addScaled(float factor, float[] a, int aFrom, float[] out, int outFrom, int length);

  /// `out = factor * a`.
  void scale(float factor, float[] a, int aFrom, float[] out, int outFrom, int length);

  /// `out = cap * tanh(a / cap)`.
  void softCap(float cap, float[] a, int aFrom, float[] out, int outFrom, int length);

  /// Softmax of one row. A row of which all are `-∞` gives zeros.
  void softmax(float[] a, int aFrom, float[] out, int outFrom, int length);

  /// Layer norm of rows that lie one behind the other, [Ba et al.
  /// 2016](https://arxiv.org/abs/1607.06450): `(a - mean) / sqrt(variance + epsilon) * gain +
  /// bias`.
  ///
  /// @param a the first row; `out` likewise
  void layerNorm(Row a, float[] gain, float[] bias, float epsilon, Row out, int rows, int length);

  /// RMS norm of rows that lie one behind the other, [Zhang and Sennrich
  /// 2019](https://arxiv.org/abs/1910.07467): `a / sqrt(mean(a²) + epsilon) * gain`.
  ///
  /// @param a the first row; `out` likewise
  void rmsNorm(Row a, float[] gain, float epsilon, Row out, int rows, int length);

  /// GELU, exact: `a Φ(a)`, [Hendrycks and Gimpel 2016](https://arxiv.org/abs/1606.08415).
  void geluErf(float[] a, int aFrom, float[] out, int outFrom, int length);

  /// GELU by its tanh approximation, the paper's section 2.
  void geluTanh(float[] a, int aFrom, float[] out, int outFrom, int length);

  /// SiLU: `a / (1 + e^-a)`.
  void silu(float[] a, int aFrom, float[] out, int outFrom, int length);

  /// The hyperbolic tangent.
  default void tanh(float[] a, int aFrom, float[] out, int outFrom, int length) {
    softCap(1, a, aFrom, out, outFrom, length);
  }

  /// `max(a, 0)`.
  void relu(float[] a, int aFrom, float[] out, int outFrom, int length);

  /// Rotates pairs of numbers by angles whose cosines and sines are given: pair `p` is `(x[p *
  /// step], x[p * step + apart])`, for `p < pairs`.
  void rotate(Row x, int step, int apart, Row cosine, Row sine, int pairs);

  /// Where a row begins in an array.
  record Row(float[] array, int from) {
    /// The row that begins `floats` further on.
    Row plus(int floats) {
      return new Row(array, from + floats);
    }
  }
}
