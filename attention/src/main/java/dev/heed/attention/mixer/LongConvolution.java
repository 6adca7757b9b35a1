package dev.heed.attention.mixer;

import java.util.Arrays;

/// A causal convolution as long as what it convolves, by Fourier transforms of twice the length,
/// [Cooley and Tukey 1965](https://doi.org/10.1090/S0025-5718-1965-0178586-1).
final class LongConvolution {
  private final int size;
  private final double[] real;
  private final double[] imaginary;

  LongConvolution(double[] kernel) {
    size = Integer.highestOneBit(Math.max(1, 2 * kernel.length - 1)) * 2;
    real = Arrays.copyOf(kernel, size);
    imaginary = new double[size];
    transform(real, imaginary, -1);
  }

  /// `y_t = Σ_l kernel_l x_{t - l}`.
  double[] of(double[] x) {
    double[] re = Arrays.copyOf(x, size);
    double[] im = new double[size];
    transform(re, im, -1);
    for (int i = 0; i < size; i++) {
      double product = re[i] * real[i] - im[i] * imaginary[i];
      im[i] = (re[i] * imaginary[i] + im[i] * real[i]) / size;
      re[i] = product / size;
    }
    transform(re, im, 1);
    return Arrays.copyOf(re, x.length);
  }

  private static void transform(double[] re, double[] im, int sign) {
    int size = re.length;
    int bits = Integer.numberOfTrailingZeros(size);
    for (int i = 0; i < size; i++) {
      int j = Integer.reverse(i) >>> (32 - bits);
      if (i < j) {
        swap(re, i, j);
        swap(im, i, j);
      }
    }
    for (int half = 1; half < size; half *= 2) {
      double angle = sign * Math.PI / half;
      for (int k = 0; k < half; k++) {
        double cosine = Math.cos(angle * k);
        double sine = Math.sin(angle * k);
        for (int i = k; i < size; i += 2 * half) {
          int j = i + half;
          double turnedRe = re[j] * cosine - im[j] * sine;
          double turnedIm = re[j] * sine + im[j] * cosine;
          re[j] = re[i] - turnedRe;
          im[j] = im[i] - turnedIm;
          re[i] += turnedRe;
          im[i] += turnedIm;
        }
      }
    }
  }

  private static void swap(double[] x, int i, int j) {
    double kept = x[i];
    x[i] = x[j];
    x[j] = kept;
  }
}
