package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Scores to weights by each [WeightRule], one column of lanes at a time; each loop is a method of
/// its own, see [VectorAttentionTiles], and functions are written out, see [VectorMath#powers].
final class VectorWeights {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int QUERIES = QueryBlock.QUERIES;

  /// Exponents beyond which a logistic function is 0 or 1.
  private static final float FAR = 126;

  /// Two thirds: what the mantissas of logarithms begin at.
  static final int LOG_ORIGIN = 0x3f2aaaab;

  static final float LN_2 = 0.6931472f;

  static final int MANTISSA = 0x007fffff;

  // log(1 + f) = f - f²/2 + f³ (L3 + f (L4 + ...)) on [-1/3, 1/3], relative error 4.3e-8.
  static final float L3 = 0.33333206f;
  static final float L4 = -0.25004363f;
  static final float L5 = 0.20010896f;
  static final float L6 = -0.16469346f;
  static final float L7 = 0.13999087f;
  static final float L8 = -0.15139270f;
  static final float L9 = 0.1401382f;

  private VectorWeights() {}

  /// Replaces the scores of a column by weights.
  static void column(WeightRule rule, QueryBlock block, int lane) {
    float[] scores = block.scores;
    switch (rule) {
      case WeightRule.Exponential _ ->
          exponential(scores, lane, block.keys, block.origins, block.offsets);
      case WeightRule.Logistic(float bias) -> logistic(scores, lane, block.keys, bias);
      case WeightRule.Ramp ramp -> {
        measure(scores, lane, block.keys, ramp.slope(), block.origins, block.offsets);
        if (ramp.power() == 2) {
          square(scores, lane, block.keys, ramp.factor());
        } else if (ramp.power() != 1) {
          power(scores, lane, block.keys, ramp.power(), ramp.factor());
        } else if (ramp.factor() != 1) {
          multiply(scores, lane, block.keys, ramp.factor());
        }
      }
    }
  }

  private static void exponential(
      float[] scores, int lane, int keys, float[] origins, float[] offsets) {
    FloatVector minus = FloatVector.fromArray(SPECIES, origins, lane).neg();
    FloatVector total = FloatVector.fromArray(SPECIES, offsets, lane);
    FloatVector log = FloatVector.broadcast(SPECIES, VectorMath.LOG2_E);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at).fma(log, minus).sub(total);
      FloatVector bounded = x.blend(-127f, x.compare(LT, -127f));
      FloatVector whole = bounded.add(VectorMath.ROUNDING);
      FloatVector rest = bounded.sub(whole.sub(VectorMath.ROUNDING));
      FloatVector power = FloatVector.broadcast(SPECIES, VectorMath.C5);
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C4));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C3));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C2));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C1));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, 1f));
      IntVector exponent =
          whole.reinterpretAsInts().add(VectorMath.WHOLE).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      power.mul(exponent.reinterpretAsFloats()).intoArray(scores, at);
    }
  }

  private static void logistic(float[] scores, int lane, int keys, float bias) {
    FloatVector minus = FloatVector.broadcast(SPECIES, -bias * VectorMath.LOG2_E);
    FloatVector log = FloatVector.broadcast(SPECIES, -VectorMath.LOG2_E);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at).fma(log, minus);
      FloatVector bounded = x.blend(-FAR, x.compare(LT, -FAR));
      bounded = bounded.blend(FAR, bounded.compare(GT, FAR));
      FloatVector whole = bounded.add(VectorMath.ROUNDING);
      FloatVector rest = bounded.sub(whole.sub(VectorMath.ROUNDING));
      FloatVector power = FloatVector.broadcast(SPECIES, VectorMath.C5);
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C4));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C3));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C2));
      power = power.fma(rest, FloatVector.broadcast(SPECIES, VectorMath.C1));
      power = power.fma(rest, one);
      IntVector exponent =
          whole.reinterpretAsInts().add(VectorMath.WHOLE).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      FloatVector weight = one.div(power.fma(exponent.reinterpretAsFloats(), one));
      weight.blend(0f, x.compare(GT, FAR)).intoArray(scores, at);
    }
  }

  /// `x = [slope (s - origin) - offset]₊`.
  static void measure(
      float[] scores, int lane, int keys, float slope, float[] origins, float[] offsets) {
    FloatVector origin = FloatVector.fromArray(SPECIES, origins, lane);
    FloatVector minus = FloatVector.fromArray(SPECIES, offsets, lane).neg();
    FloatVector factor = FloatVector.broadcast(SPECIES, slope);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at).sub(origin).fma(factor, minus);
      x.blend(0f, x.compare(LT, 0f)).intoArray(scores, at);
    }
  }

  static void copy(float[] from, float[] to, int lane, int keys) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector.fromArray(SPECIES, from, at).intoArray(to, at);
    }
  }

  private static void multiply(float[] numbers, int lane, int keys, float factor) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector.fromArray(SPECIES, numbers, at).mul(factor).intoArray(numbers, at);
    }
  }

  private static void square(float[] numbers, int lane, int keys, float factor) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, numbers, at);
      x.mul(x).mul(factor).intoArray(numbers, at);
    }
  }

  /// `factor x^power` as `factor 2^(power log2 x)`; 0 for 0.
  static void power(float[] numbers, int lane, int keys, float power, float factor) {
    raise(numbers, lane, keys * QUERIES, QUERIES, power, factor);
  }

  /// The same for vectors `step` apart.
  static void raise(float[] numbers, int from, int end, int step, float power, float factor) {
    FloatVector times = FloatVector.broadcast(SPECIES, power * VectorMath.LOG2_E);
    for (int at = from; at < end; at += step) {
      FloatVector x = FloatVector.fromArray(SPECIES, numbers, at);
      IntVector bits = x.reinterpretAsInts().sub(LOG_ORIGIN);
      FloatVector exponent = (FloatVector) bits.lanewise(ASHR, 23).convert(I2F, 0);
      FloatVector f = bits.lanewise(AND, MANTISSA).add(LOG_ORIGIN).reinterpretAsFloats().sub(1f);
      FloatVector log = f.mul(L9).add(L8);
      log = log.mul(f).add(L7);
      log = log.mul(f).add(L6);
      log = log.mul(f).add(L5);
      log = log.mul(f).add(L4);
      log = log.mul(f).add(L3);
      log = log.mul(f).add(-0.5f).mul(f.mul(f)).add(f);
      FloatVector y = exponent.mul(power).add(log.mul(times));
      FloatVector bounded = y.blend(-127f, y.compare(LT, -127f));
      bounded = bounded.blend(128f, bounded.compare(GT, 128f));
      FloatVector whole = bounded.add(VectorMath.ROUNDING);
      FloatVector rest = bounded.sub(whole.sub(VectorMath.ROUNDING));
      FloatVector result = rest.mul(VectorMath.C5).add(VectorMath.C4);
      result = result.mul(rest).add(VectorMath.C3);
      result = result.mul(rest).add(VectorMath.C2);
      result = result.mul(rest).add(VectorMath.C1);
      result = result.mul(rest).add(1f);
      IntVector scale =
          whole.reinterpretAsInts().add(VectorMath.WHOLE).lanewise(LSHL, VectorMath.EXPONENT_BITS);
      result = result.mul(scale.reinterpretAsFloats()).mul(factor).blend(0f, x.compare(LE, 0f));
      result.blend(x, x.compare(NE, x)).intoArray(numbers, at);
    }
  }
}
