package dev.heed.kernel;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.CounterRandom;

/// Backward row kernels as the formulas read, in `double`.
final class ScalarRowsBackward implements RowsBackward {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double CUBIC = 0.044715;

  /// A derivative.
  @FunctionalInterface
  private interface Derivative {
    double at(double x);
  }

  private static void chain(Derivative derivative, Row x, Row dy, Row dx, int length) {
    for (int i = 0; i < length; i++) {
      double slope = derivative.at(x.array()[x.from() + i]);
      dx.array()[dx.from() + i] = (float) (dy.array()[dy.from() + i] * slope);
    }
  }

  @Override
  public void geluErf(Row x, Row dy, Row dx, int length, float[] room) {
    chain(
        a ->
            0.5 * (1 + SpecialFunctions.erf(a / Math.sqrt(2)))
                + a * Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI),
        x,
        dy,
        dx,
        length);
  }

  @Override
  public void geluTanh(Row x, Row dy, Row dx, int length, float[] room) {
    chain(ScalarRowsBackward::geluTanh, x, dy, dx, length);
  }

  private static double geluTanh(double a) {
    double tanh = Math.tanh(SQRT_2_OVER_PI * (a + CUBIC * a * a * a));
    double inner = SQRT_2_OVER_PI * (1 + 3 * CUBIC * a * a);
    return 0.5 * (1 + tanh) + 0.5 * a * (1 - tanh * tanh) * inner;
  }

  @Override
  public void silu(Row x, Row dy, Row dx, int length, float[] room) {
    chain(
        a -> {
          double share = 1 / (1 + Math.exp(-a));
          return share * (1 + a * (1 - share));
        },
        x,
        dy,
        dx,
        length);
  }

  @Override
  public void tanh(Row x, Row dy, Row dx, int length, float[] room) {
    softCap(1, x, dy, dx, length, room);
  }

  @Override
  public void relu(Row x, Row dy, Row dx, int length) {
    chain(a -> a > 0 ? 1 : 0, x, dy, dx, length);
  }

  @Override
  public void softCap(float cap, Row x, Row dy, Row dx, int length, float[] room) {
    chain(
        a -> {
          double tanh = Math.tanh(a / cap);
          return 1 - tanh * tanh;
        },
        x,
        dy,
        dx,
        length);
  }

  @Override
  public void layerNorm(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length) {
    for (int r = 0; r < rows; r++) {
      Row from = new Row(x.array(), x.from() + r * length);
      Row upstream = new Row(dy.array(), dy.from() + r * length);
      Row to = new Row(dx.array(), dx.from() + r * length);
      layerNormRow(from, gain, epsilon, upstream, to, sums, length);
    }
  }

  private static void layerNormRow(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int length) {
    double mean = 0;
    for (int i = 0; i < length; i++) {
      mean += x.array()[x.from() + i];
    }
    mean /= length;
    double variance = 0;
    for (int i = 0; i < length; i++) {
      double centred = x.array()[x.from() + i] - mean;
      variance += centred * centred;
    }
    double factor = 1 / Math.sqrt(variance / length + epsilon);
    double sum = 0;
    double product = 0;
    for (int i = 0; i < length; i++) {
      double normal = (x.array()[x.from() + i] - mean) * factor;
      double upstream = dy.array()[dy.from() + i];
      sums.array()[sums.from() + i] += (float) (upstream * normal);
      sums.array()[sums.from() + length + i] += (float) upstream;
      sum += upstream * gain[i];
      product += upstream * gain[i] * normal;
    }
    for (int i = 0; i < length; i++) {
      double normal = (x.array()[x.from() + i] - mean) * factor;
      double upstream = dy.array()[dy.from() + i] * gain[i];
      dx.array()[dx.from() + i] =
          (float) (factor * (upstream - sum / length - normal * product / length));
    }
  }

  @Override
  public void rmsNorm(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length) {
    for (int r = 0; r < rows; r++) {
      Row from = new Row(x.array(), x.from() + r * length);
      Row upstream = new Row(dy.array(), dy.from() + r * length);
      Row to = new Row(dx.array(), dx.from() + r * length);
      rmsNormRow(from, gain, epsilon, upstream, to, sums, length);
    }
  }

  private static void rmsNormRow(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int length) {
    double squares = 0;
    double product = 0;
    for (int i = 0; i < length; i++) {
      double value = x.array()[x.from() + i];
      squares += value * value;
      product += value * dy.array()[dy.from() + i] * gain[i];
    }
    double factor = 1 / Math.sqrt(squares / length + epsilon);
    for (int i = 0; i < length; i++) {
      double value = x.array()[x.from() + i];
      double upstream = dy.array()[dy.from() + i];
      sums.array()[sums.from() + i] += (float) (upstream * value * factor);
      dx.array()[dx.from() + i] =
          (float) (factor * (upstream * gain[i] - value * factor * factor * product / length));
    }
  }

  @Override
  public void addColumns(float[] a, int aFrom, int rows, float[] sums, int sumsFrom, int length) {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < length; i++) {
        sums[sumsFrom + i] += a[aFrom + r * length + i];
      }
    }
  }

  @Override
  public float sum(float[] a, int aFrom, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aFrom + i];
    }
    return (float) sum;
  }

  @Override
  public float logSum(float[] a, int aFrom, int length, float[] room) {
    float maximum = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      maximum = Math.max(maximum, a[aFrom + i]);
    }
    if (maximum == Float.NEGATIVE_INFINITY) {
      return maximum;
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.exp((double) a[aFrom + i] - maximum);
    }
    return (float) (maximum + Math.log(sum));
  }

  @Override
  public void exponentials(
      float factor,
      float logSum,
      float shift,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom,
      int length) {
    for (int i = 0; i < length; i++) {
      double power = Math.exp((double) a[aFrom + i] - logSum);
      out[outFrom + i] = (float) (factor * power + shift);
    }
  }

  @Override
  public void keep(CounterRandom random, int index, float probability, Row a, Row out, int length) {
    float factor = 1 / (1 - probability);
    for (int i = 0; i < length; i++) {
      boolean kept = random.uniform(index + i) >= probability;
      out.array()[out.from() + i] = kept ? a.array()[a.from() + i] * factor : 0;
    }
  }
}
