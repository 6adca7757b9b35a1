package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Exponentials and logarithms of rows over the whole range of floats, infinities and NaN included.
@SuppressWarnings("FloatingPointLiteralPrecision") // coefficients with the digits of Cephes
final class VectorExponentials {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();

  // log(1 + x) = x - x²/2 + x³ (L0 + x (L1 + ...)) on [√½ - 1, √2 - 1], as in Cephes' logf.
  private static final float L0 = 0.3333333f;
  private static final float L1 = -0.24999994f;
  private static final float L2 = 0.20000714f;
  private static final float L3 = -0.16668057f;
  private static final float L4 = 0.14249323f;
  private static final float L5 = -0.12420141f;
  private static final float L6 = 0.116769984f;
  private static final float L7 = -0.1151461f;
  private static final float L8 = 0.070376836f;
  private static final float LN_2 = 0.6933594f;
  private static final float LN_2_REST = -2.12194440e-4f;
  private static final float ROOT_HALF = 0.70710677f;

  /// `2^23`, by which numbers without a whole exponent are made larger.
  private static final float LARGER = 1 << 23;

  /// Above it `e^x` is no float, below its like it is 0.
  private static final float LARGEST = 88.72284f;

  private static final float LEAST = -87.33654f;

  private VectorExponentials() {}

  /// `out = e^a`, 0 below the normal floats.
  static void exp(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      FloatVector bounded = x.blend(LARGEST, x.compare(GT, LARGEST));
      bounded = bounded.blend(LEAST, x.compare(LT, LEAST));
      FloatVector shifted = bounded.mul(VectorMath.LOG2_E).add(VectorMath.ROUNDING);
      FloatVector whole = shifted.sub(VectorMath.ROUNDING);
      FloatVector rest =
          bounded.sub(whole.mul(VectorMath.LN_2)).sub(whole.mul(VectorMath.LN_2_REST));
      FloatVector power = rest.mul(VectorMath.E6).add(VectorMath.E5);
      power = power.mul(rest).add(VectorMath.E4);
      power = power.mul(rest).add(VectorMath.E3);
      power = power.mul(rest).add(VectorMath.E2);
      power = power.mul(rest.mul(rest)).add(rest).add(1f);
      // Two factors, because 2^128 is no float.
      IntVector exponent = shifted.reinterpretAsInts().add(VectorMath.WHOLE - 127);
      IntVector half = exponent.lanewise(ASHR, 1);
      IntVector other = exponent.sub(half).add(127).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      power = power.mul(other.reinterpretAsFloats());
      other = half.add(127).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      power = power.mul(other.reinterpretAsFloats());
      power = power.blend(Float.POSITIVE_INFINITY, x.compare(GT, LARGEST));
      power.blend(0f, x.compare(LT, LEAST)).intoArray(out, n);
    }
  }

  /// `out = log(a)`: -∞ for 0, NaN below.
  static void log(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      VectorMask<Float> small = x.compare(LT, Float.MIN_NORMAL);
      IntVector bits = x.blend(x.mul(LARGER), small).reinterpretAsInts();
      FloatVector exponent =
          ((FloatVector) bits.lanewise(LSHR, VectorMath.EXPONENT_BITS).convert(I2F, 0)).sub(126f);
      exponent = exponent.blend(exponent.sub(23f), small);
      FloatVector part = bits.and(0x007fffff).or(0x3f000000).reinterpretAsFloats();
      VectorMask<Float> low = part.compare(LT, ROOT_HALF);
      exponent = exponent.blend(exponent.sub(1f), low);
      FloatVector rest = part.blend(part.add(part), low).sub(1f);
      FloatVector sum = rest.mul(L8).add(L7);
      sum = sum.mul(rest).add(L6);
      sum = sum.mul(rest).add(L5);
      sum = sum.mul(rest).add(L4);
      sum = sum.mul(rest).add(L3);
      sum = sum.mul(rest).add(L2);
      sum = sum.mul(rest).add(L1);
      sum = sum.mul(rest).add(L0);
      FloatVector square = rest.mul(rest);
      sum = sum.mul(rest).mul(square).add(exponent.mul(LN_2_REST)).sub(square.mul(0.5f));
      FloatVector log = rest.add(sum).add(exponent.mul(LN_2));
      log = log.blend(x, x.compare(EQ, Float.POSITIVE_INFINITY));
      log = log.blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
      log = log.blend(Float.NaN, x.compare(LT, 0f));
      log.blend(x, x.compare(NE, x)).intoArray(out, n);
    }
  }
}
