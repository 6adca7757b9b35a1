package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ABS;
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
  static final float ROUNDING = 12582912f;

  static final int EXPONENT_BITS = 23;
  private static final int EXPONENT_BIAS = 127;
  static final int WHOLE = EXPONENT_BIAS - Float.floatToRawIntBits(ROUNDING);

  // 2^x = 1 + x (C1 + x (C2 + ...)) on [-1/2, 1/2], fitted for the least relative error, 9.2e-8.
  static final float C1 = 0.693147f;
  static final float C2 = 0.24022242f;
  static final float C3 = 0.055507336f;
  static final float C4 = 0.009671513f;
  static final float C5 = 0.0013264727f;

  // e^x = 1 + x + x^2 (E2 + x (E3 + ...)) on [-ln 2 / 2, ln 2 / 2], relative error 3.1e-9.
  static final float E2 = 0.49999994f;
  static final float E3 = 0.1666652f;
  static final float E4 = 0.041668396f;
  static final float E5 = 0.0083688f;
  static final float E6 = 0.0013814436f;

  // ln 2 in two parts, the first with so few bits that its product with a whole number is exact.
  static final float LN_2 = 0x1.63p-1f;
  static final float LN_2_REST = (float) (Math.log(2) - 0x1.63p-1);

  /// `2^NOTHING`'s exponent field is zero: `-127 ln 2`.
  static final float NOTHING = -88.02969f;

  static final float LEAST_LOGISTIC = -87f;

  // erfc(z) = e^(-z^2) t (T0 + t (T1 + ...)) with t = 1 / (1 + 0.4 z), relative error 1.3e-7.
  private static final float T0 = 0.22567587f;
  private static final float T1 = 0.22566958f;
  private static final float T2 = 0.20784305f;
  private static final float T3 = 0.16853975f;
  private static final float T4 = 0.1414387f;
  private static final float T5 = -0.0056206863f;
  private static final float T6 = 0.1690987f;
  private static final float T7 = -0.18290845f;
  private static final float T8 = 0.0502636f;

  private VectorMath() {}

  /// The sum of the first lanes, as many as a vector has, of an array that one was stored to,
  /// halves onto halves; destroys them.
  ///
  /// The Vector API's own reduction adds in one order when interpreted and in another when
  /// compiled, so that a result would depend on when the compiler came by. The lanes come in an
  /// array, because a vector is boxed where the method that takes it is not inlined.
  static float sum(float[] lanes) {
    for (int half = SPECIES.length() / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
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

  /// `a = 2^a` for one vector of `a`, as [#exp2(FloatVector)], see [#powers].
  static void exp2(float[] a, int at) {
    FloatVector x = FloatVector.fromArray(SPECIES, a, at);
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
    power.mul(exponent.reinterpretAsFloats()).intoArray(a, at);
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

  /// `out = e^(a - maximum)` for whole vectors of numbers that are not above `maximum`; a test
  /// holds softmax to a relative error of 5e-7. 0 below -87. Returns the sum, added halves onto
  /// halves in `room`, as many floats as there are lanes.
  ///
  /// The exponential is written out: where it was compiled on its own before, the compiler calls it
  /// instead of inlining it, and boxes what it takes and gives.
  static float powers(
      float maximum, float[] a, int aFrom, float[] out, int outFrom, int length, float[] room) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += SPECIES.length()) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aFrom + i).sub(maximum);
      FloatVector bounded = x.blend(NOTHING, x.compare(LT, LEAST_LOGISTIC));
      FloatVector shifted = bounded.mul(LOG2_E).add(ROUNDING);
      FloatVector whole = shifted.sub(ROUNDING);
      FloatVector rest = bounded.sub(whole.mul(LN_2)).sub(whole.mul(LN_2_REST));
      FloatVector power = rest.mul(E6).add(E5);
      power = power.mul(rest).add(E4);
      power = power.mul(rest).add(E3);
      power = power.mul(rest).add(E2);
      power = power.mul(rest.mul(rest)).add(rest).add(1f);
      IntVector exponent = shifted.reinterpretAsInts().add(WHOLE).lanewise(LSHL, EXPONENT_BITS);
      power = power.mul(exponent.reinterpretAsFloats());
      power.intoArray(out, outFrom + i);
      sum = sum.add(power);
    }
    sum.intoArray(room, 0);
    return sum(room);
  }

  /// `x / (1 + e^-y)`: `x` times the logistic function of `y`, 0 where that is below 1e-38.
  static FloatVector timesLogistic(FloatVector x, FloatVector y) {
    FloatVector share = x.div(exp2(y.mul(-LOG2_E)).add(1f));
    return share.blend(x.mul(0f), y.compare(LT, LEAST_LOGISTIC));
  }

  /// `x Φ(x)`, Φ the normal distribution function, with a small relative error in both tails.
  static FloatVector timesNormal(FloatVector x) {
    FloatVector size = x.lanewise(ABS);
    FloatVector tail = exp2(size.mul(size).mul(-0.5f * LOG2_E)).mul(scaledTail(size));
    FloatVector other = tail.neg().add(1f);
    return x.mul(other.blend(tail, x.compare(LT, 0f)));
  }

  /// `erfc(x / √2) e^(x² / 2) / 2` for `x >= 0`.
  ///
  /// Calls nothing but the Vector API, which is always inlined: a method of ours comes too late
  /// here, when the compiler has used up the nodes it inlines within, and then boxes.
  private static FloatVector scaledTail(FloatVector x) {
    FloatVector t =
        FloatVector.broadcast(SPECIES, 1f)
            .div(
                x.fma(
                    FloatVector.broadcast(SPECIES, 0.4f * 0.70710677f),
                    FloatVector.broadcast(SPECIES, 1f)));
    FloatVector tail =
        FloatVector.broadcast(SPECIES, T8).fma(t, FloatVector.broadcast(SPECIES, T7));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T6));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T5));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T4));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T3));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T2));
    tail = tail.fma(t, FloatVector.broadcast(SPECIES, T1));
    return tail.fma(t, FloatVector.broadcast(SPECIES, T0)).mul(t).mul(0.5f);
  }
}
