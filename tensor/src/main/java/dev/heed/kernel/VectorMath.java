package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Functions of the vector kernels, on vectors of the preferred width.
final class VectorMath {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  static final float LOG2_E = 1.442695f;

  /// `1.5 * 2^23`: added to a small number, it leaves the nearest whole number in the low bits.
  private static final float ROUNDING = 12582912f;

  private static final int EXPONENT_BITS = 23;
  private static final int EXPONENT_BIAS = 127;
  private static final int WHOLE = EXPONENT_BIAS - Float.floatToRawIntBits(ROUNDING);

  // 2^x = 1 + x (C1 + x (C2 + ...)) on [-1/2, 1/2], fitted for the least relative error, 9.2e-8.
  private static final float C1 = 0.693147f;
  private static final float C2 = 0.24022242f;
  private static final float C3 = 0.055507336f;
  private static final float C4 = 0.009671513f;
  private static final float C5 = 0.0013264727f;

  private VectorMath() {}

  /// The larger of each pair; where either is NaN, `a`. Cheaper than a maximum that keeps NaN.
  static FloatVector larger(FloatVector a, FloatVector b) {
    return a.blend(b, b.compare(GT, a));
  }

  /// `2^x` for `x < 127.5`, within 3 units in the last place; 0 below -126.5. NaN stays NaN.
  static FloatVector exp2(FloatVector x) {
    FloatVector bounded = x.blend(-127f, x.compare(LT, -127f));
    FloatVector whole = bounded.add(ROUNDING);
    FloatVector rest = bounded.sub(whole.sub(ROUNDING));
    FloatVector power = FloatVector.broadcast(SPECIES, C5);
    power = power.fma(rest, FloatVector.broadcast(SPECIES, C4));
    power = power.fma(rest, FloatVector.broadcast(SPECIES, C3));
    power = power.fma(rest, FloatVector.broadcast(SPECIES, C2));
    power = power.fma(rest, FloatVector.broadcast(SPECIES, C1));
    power = power.fma(rest, FloatVector.broadcast(SPECIES, 1f));
    IntVector exponent = whole.reinterpretAsInts().add(WHOLE).lanewise(LSHL, EXPONENT_BITS);
    return power.mul(exponent.reinterpretAsFloats());
  }

  /// 0 where `x` is -∞, else `x`.
  static FloatVector zeroForNothing(FloatVector x) {
    return x.blend(0f, x.compare(EQ, Float.NEGATIVE_INFINITY));
  }

  /// The hyperbolic tangent: `1 - 2 / (e^2|x| + 1)` with the sign of `x`, and near zero its series.
  static FloatVector tanh(FloatVector x) {
    FloatVector size = x.lanewise(ABS);
    FloatVector bounded = size.blend(10f, size.compare(GT, 10f));
    FloatVector power = exp2(bounded.mul(2 * LOG2_E));
    FloatVector far = power.sub(1f).div(power.add(1f));
    FloatVector square = x.mul(x);
    FloatVector near = FloatVector.broadcast(SPECIES, 62f / 2835);
    near = near.fma(square, FloatVector.broadcast(SPECIES, -17f / 315));
    near = near.fma(square, FloatVector.broadcast(SPECIES, 2f / 15));
    near = near.fma(square, FloatVector.broadcast(SPECIES, -1f / 3));
    near = near.mul(square).fma(x, x);
    FloatVector signed = far.blend(far.neg(), x.compare(LT, 0f));
    return signed.blend(near, size.compare(LT, 0.3f));
  }
}
