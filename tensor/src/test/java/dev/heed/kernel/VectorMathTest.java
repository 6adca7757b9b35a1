package dev.heed.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class VectorMathTest {
  private static final int LANES = VectorMath.SPECIES.length();

  private interface Function {
    FloatVector apply(FloatVector x);
  }

  private static float first(Function function, float x) {
    return function.apply(FloatVector.broadcast(VectorMath.SPECIES, x)).lane(LANES - 1);
  }

  @Test
  void sum_ofLanes_addsHalvesOntoHalves() {
    // (1e8 - 1e8) + (3 + 4), where any other order of pairs loses digits
    assertThat(VectorMath.sum(lanes(1e8f, 3, -1e8f, 4))).isEqualTo(7);
    assertThat(VectorMath.sum(lanes(1e8f, -1e8f, 3, 4))).isNotEqualTo(7);
  }

  /// A vector whose halves begin with two numbers each, and zeros.
  private static float[] lanes(float a, float b, float c, float d) {
    float[] lanes = new float[LANES];
    lanes[0] = a;
    lanes[1] = b;
    lanes[LANES / 2] = c;
    lanes[LANES / 2 + 1] = d;
    return lanes;
  }

  @Test
  void exp2_wholeRange_isWithinThreeUnitsInTheLastPlace() {
    double worst = 0;
    for (float x = -125.5f; x < 127.4f; x += 0.0137f) {
      double expected = Math.pow(2, x);
      double error = Math.abs(first(VectorMath::exp2, x) - expected);
      worst = Math.max(worst, error / Math.ulp((float) expected));
    }
    assertThat(worst).isBetween(0.5, 3.0);
  }

  @Test
  void exp2_edges_areExact() {
    assertThat(first(VectorMath::exp2, 0)).isEqualTo(1);
    assertThat(first(VectorMath::exp2, -7)).isEqualTo(0x1p-7f);
    assertThat(first(VectorMath::exp2, -127)).isEqualTo(0);
    assertThat(first(VectorMath::exp2, Float.NEGATIVE_INFINITY)).isEqualTo(0);
    assertThat(first(VectorMath::exp2, Float.NaN)).isNaN();
  }

  @Test
  void tanh_wholeRange_isWithinAFewUnitsInTheLastPlace() {
    double worst = 0;
    for (float x = -12; x < 12; x += 0.00173f) {
      double expected = Math.tanh(x);
      double error = Math.abs(first(VectorMath::tanh, x) - expected);
      worst = Math.max(worst, error / Math.ulp((float) expected));
    }
    assertThat(worst).isBetween(0.5, 8.0);
    assertThat(first(VectorMath::tanh, Float.POSITIVE_INFINITY)).isEqualTo(1);
    assertThat(first(VectorMath::tanh, Float.NEGATIVE_INFINITY)).isEqualTo(-1);
    assertThat(first(VectorMath::tanh, Float.NaN)).isNaN();
  }

  @Test
  void timesNormal_wholeRange_hasASmallRelativeError() {
    for (float x = -5; x < 12; x += 0.00273f) {
      double z = x / Math.sqrt(2);
      double normal = 0.5 * (1 + SpecialFunctions.erf(z));
      // The exponent, up to 18, is rounded to a float: 1e-6 of the power. The double formula keeps
      // ten digits at -5.
      assertThat(first(VectorMath::timesNormal, x))
          .isCloseTo((float) (x * normal), withinPercentage(2e-4));
    }
    assertThat(first(VectorMath::timesNormal, 0)).isZero();
    assertThat(first(VectorMath::timesNormal, 1e20f)).isEqualTo(1e20f);
    assertThat(first(VectorMath::timesNormal, -1e20f)).isZero();
    assertThat(first(VectorMath::timesNormal, Float.NaN)).isNaN();
  }
}
