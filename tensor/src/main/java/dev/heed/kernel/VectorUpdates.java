package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.SQRT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Optimiser kernels on lanes. No product is fused with a sum, so that every number has the bits
/// that [ScalarUpdates] gives it, wherever it stands.
final class VectorUpdates implements Updates {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final Updates SCALAR = new ScalarUpdates();

  @Override
  public void adamW(
      float[] weight,
      float[] gradient,
      int gradientFrom,
      float[] mean,
      float[] square,
      AdamW step,
      int from,
      int length) {
    float rest1 = 1 - step.beta1();
    float rest2 = 1 - step.beta2();
    int i = from;
    for (; i <= from + length - LANES; i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, gradient, gradientFrom + i).mul(step.scale());
      FloatVector m = FloatVector.fromArray(SPECIES, mean, i);
      FloatVector v = FloatVector.fromArray(SPECIES, square, i);
      m = m.add(g.sub(m).mul(rest1));
      v = v.mul(step.beta2()).add(g.mul(g).mul(rest2));
      m.intoArray(mean, i);
      v.intoArray(square, i);
      FloatVector size = v.lanewise(SQRT).mul(step.root()).add(step.epsilon());
      FloatVector w = FloatVector.fromArray(SPECIES, weight, i).mul(step.keep());
      w.sub(m.div(size).mul(step.size())).intoArray(weight, i);
    }
    SCALAR.adamW(weight, gradient, gradientFrom, mean, square, step, i, from + length - i);
  }

  @Override
  public void blend(
      float keep, float[] a, int aFrom, float factor, float[] b, int bFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector kept = FloatVector.fromArray(SPECIES, a, aFrom + i).mul(keep);
      FloatVector added = FloatVector.fromArray(SPECIES, b, bFrom + i).mul(factor);
      kept.add(added).intoArray(a, aFrom + i);
    }
    SCALAR.blend(keep, a, aFrom + i, factor, b, bFrom + i, length - i);
  }

  /// Four sums side by side: an addition need not wait for the one before.
  @Override
  public double squares(float[] a, int from, int length) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = from;
    for (; i <= from + length - 4; i += 4) {
      sum0 += (double) a[i] * a[i];
      sum1 += (double) a[i + 1] * a[i + 1];
      sum2 += (double) a[i + 2] * a[i + 2];
      sum3 += (double) a[i + 3] * a[i + 3];
    }
    return sum0 + sum1 + (sum2 + sum3) + SCALAR.squares(a, i, from + length - i);
  }
}
