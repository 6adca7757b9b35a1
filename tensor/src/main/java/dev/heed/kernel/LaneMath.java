package dev.heed.kernel;

import dev.heed.kernel.TileCode.Operation;

/// The operations of [TileCode] on rows of numbers. Rows reach to a multiple of 32 numbers, and
/// `length` is one.
public interface LaneMath {
  /// Writes an operation of one operand.
  void apply(Operation operation, float[] a, float[] out, int length);

  /// Writes an operation of two operands.
  void apply(Operation operation, float[] a, float[] b, float[] out, int length);

  /// Writes `a` where `condition` is not 0, else `b`.
  void choose(float[] condition, float[] a, float[] b, float[] out, int length);

  /// Writes `i[t] - j[jFrom + s]` to place `32 s + t`.
  void distance(int[] i, int[] j, int jFrom, float[] out, int keys);

  /// Multiplies `numbers` by `factors`; 0 stays 0, whatever its factor is.
  void multiply(float[] numbers, float[] factors, int length);

  /// The sum of all products in which `a` is not 0, in an order that is always the same.
  double dot(float[] a, float[] b, int length);
}
