package dev.heed.kernel;

/// Optimiser kernels as their formulas read.
final class ScalarUpdates implements Updates {
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
    for (int i = from; i < from + length; i++) {
      float g = gradient[gradientFrom + i] * step.scale();
      mean[i] = mean[i] + (g - mean[i]) * (1 - step.beta1());
      square[i] = square[i] * step.beta2() + g * g * (1 - step.beta2());
      float size = (float) Math.sqrt(square[i]) * step.root() + step.epsilon();
      weight[i] = weight[i] * step.keep() - mean[i] / size * step.size();
    }
  }

  @Override
  public void blend(
      float keep, float[] a, int aFrom, float factor, float[] b, int bFrom, int length) {
    for (int i = 0; i < length; i++) {
      a[aFrom + i] = a[aFrom + i] * keep + b[bFrom + i] * factor;
    }
  }

  @Override
  public double squares(float[] a, int from, int length) {
    double sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += (double) a[i] * a[i];
    }
    return sum;
  }
}
