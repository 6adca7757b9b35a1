package dev.heed.kernel;

import java.util.Arrays;

/// Row kernels as the formulas read; sums in `double`.
final class ScalarRows implements Rows {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  @Override
  public void add(
      float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] = a[aFrom + i] + b[bFrom + i];
    }
  }

  @Override
  public void multiply(
      float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] = a[aFrom + i] * b[bFrom + i];
    }
  }

  @Override
  public void addScaled(float factor, float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] += factor * a[aFrom + i];
    }
  }

  @Override
  public void scale(float factor, float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] = factor * a[aFrom + i];
    }
  }

  @Override
  public void softCap(float cap, float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] = (float) (cap * Math.tanh(a[aFrom + i] / (double) cap));
    }
  }

  @Override
  public void softmax(float[] a, int aFrom, float[] out, int outFrom, int length) {
    float maximum = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      maximum = Math.max(maximum, a[aFrom + i]);
    }
    if (maximum == Float.NEGATIVE_INFINITY) {
      Arrays.fill(out, outFrom, outFrom + length, 0);
      return;
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      double power = Math.exp(a[aFrom + i] - maximum);
      sum += power;
      out[outFrom + i] = (float) power;
    }
    scale((float) (1 / sum), out, outFrom, out, outFrom, length);
  }

  @Override
  public void layerNorm(
      Row a, float[] gain, float[] bias, float epsilon, Row out, int rows, int length) {
    for (int row = 0; row < rows; row++) {
      layerNorm(a.plus(row * length), gain, bias, epsilon, out.plus(row * length), length);
    }
  }

  private static void layerNorm(
      Row a, float[] gain, float[] bias, float epsilon, Row out, int length) {
    double mean = 0;
    for (int i = 0; i < length; i++) {
      mean += a.array()[a.from() + i];
    }
    mean /= length;
    double variance = 0;
    for (int i = 0; i < length; i++) {
      double centred = a.array()[a.from() + i] - mean;
      variance += centred * centred;
    }
    double factor = 1 / Math.sqrt(variance / length + epsilon);
    for (int i = 0; i < length; i++) {
      out.array()[out.from() + i] =
          (float) ((a.array()[a.from() + i] - mean) * factor * gain[i] + bias[i]);
    }
  }

  @Override
  public void rmsNorm(Row a, float[] gain, float epsilon, Row out, int rows, int length) {
    for (int row = 0; row < rows; row++) {
      rmsNorm(a.plus(row * length), gain, epsilon, out.plus(row * length), length);
    }
  }

  private static void rmsNorm(Row a, float[] gain, float epsilon, Row out, int length) {
    double squares = 0;
    for (int i = 0; i < length; i++) {
      squares += (double) a.array()[a.from() + i] * a.array()[a.from() + i];
    }
    double factor = 1 / Math.sqrt(squares / length + epsilon);
    for (int i = 0; i < length; i++) {
      out.array()[out.from() + i] = (float) (a.array()[a.from() + i] * factor * gain[i]);
    }
  }

  @Override
  public void geluErf(float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      double x = a[aFrom + i];
      out[outFrom + i] = (float) (0.5 * x * (1 + SpecialFunctions.erf(x / Math.sqrt(2))));
    }
  }

  @Override
  public void geluTanh(float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      double x = a[aFrom + i];
      out[outFrom + i] =
          (float) (0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x))));
    }
  }

  @Override
  public void silu(float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      double x = a[aFrom + i];
      out[outFrom + i] = (float) (x / (1 + Math.exp(-x)));
    }
  }

  @Override
  public void relu(float[] a, int aFrom, float[] out, int outFrom, int length) {
    for (int i = 0; i < length; i++) {
      out[outFrom + i] = Math.max(a[aFrom + i], 0);
    }
  }

  @Override
  public void rotate(Row x, int step, int apart, Row cosine, Row sine, int pairs) {
    for (int p = 0; p < pairs; p++) {
      int at = x.from() + p * step;
      float first = x.array()[at];
      float second = x.array()[at + apart];
      float cos = cosine.array()[cosine.from() + p];
      float sin = sine.array()[sine.from() + p];
      x.array()[at] = first * cos - second * sin;
      x.array()[at + apart] = first * sin + second * cos;
    }
  }
}
