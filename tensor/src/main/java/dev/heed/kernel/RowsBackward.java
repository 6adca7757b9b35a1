package dev.heed.kernel;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.CounterRandom;

/// The backward of what [Rows] computes, and the loss. Every method works on the run of `length`
/// numbers that begins at the given places and overwrites `dx` unless its name says that it adds;
/// `dx` may be `x` or `dy` where both begin at the same place. What asks for `room` writes to it,
/// [#ROOM] floats.
public interface RowsBackward {
  /// Floats of what methods call room.
  int ROOM = 2048;

  /// `dx = dy d/dx (x Φ(x))`.
  void geluErf(Row x, Row dy, Row dx, int length, float[] room);

  /// `dx = dy f'(x)`, `f` the tanh approximation of GELU.
  void geluTanh(Row x, Row dy, Row dx, int length, float[] room);

  /// `dx = dy f'(x)`, `f = x / (1 + e^-x)`.
  void silu(Row x, Row dy, Row dx, int length, float[] room);

  /// `dx = dy (1 - tanh² x)`.
  void tanh(Row x, Row dy, Row dx, int length, float[] room);

  /// `dx = dy` where `x > 0`, else 0.
  void relu(Row x, Row dy, Row dx, int length);

  /// `dx = dy (1 - tanh²(x / cap))`.
  void softCap(float cap, Row x, Row dy, Row dx, int length, float[] room);

  /// Layer norm of `rows` rows, one after another. With `n = (x - mean) c`, `c = 1 / sqrt(variance
  /// + epsilon)` and `g = dy gain`: `dx = c (g - mean(g) - n mean(g n))`.
  ///
  /// @param sums `length` numbers to which `dy n` is added, then as many to which `dy` is
  void layerNorm(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length);

  /// RMS norm of `rows` rows, one after another. With `c = 1 / sqrt(mean(x²) + epsilon)` and `g =
  /// dy gain`: `dx = c (g - x c² mean(g x))`.
  ///
  /// @param sums `length` numbers to which `dy x c` is added
  void rmsNorm(Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length);

  /// `sums[c] += Σ a[r, c]` over `rows` rows of `length` numbers, one after another.
  void addColumns(float[] a, int aFrom, int rows, float[] sums, int sumsFrom, int length);

  /// `Σ a`.
  float sum(float[] a, int aFrom, int length);

  /// `log Σ e^a`; `-∞` where all are, NaN where one is.
  float logSum(float[] a, int aFrom, int length, float[] room);

  /// `out = factor e^(a - logSum) + shift`, for numbers not above `logSum`.
  void exponentials(
      float factor,
      float logSum,
      float shift,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom,
      int length);

  /// `out = a / (1 - probability)` where `random` gives at least `probability`, 0 elsewhere.
  ///
  /// @param index that of the first number
  void keep(CounterRandom random, int index, float probability, Row a, Row out, int length);
}
