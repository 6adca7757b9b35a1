package dev.heed.kernel;

/// Functions that the JDK lacks, in double precision.
public final class SpecialFunctions {
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

  private SpecialFunctions() {}

  /// The error function: its power series near zero, a continued fraction of `erfc` beyond,
  /// [Abramowitz and Stegun](https://personal.math.ubc.ca/~cbm/aands/) 7.1.5 and 7.1.14.
  public static double erf(double x) {
    double size = Math.abs(x);
    double value = size < 2.5 ? series(size) : size < 6 ? 1 - complement(size) : 1;
    return Double.isNaN(x) ? Double.NaN : Math.copySign(value, x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= -x * x / n;
      sum += term / (2 * n + 1);
    }
    return TWO_OVER_SQRT_PI * sum;
  }

  private static double complement(double x) {
    double fraction = x;
    for (int n = 60; n >= 1; n--) {
      fraction = x + 0.5 * n / fraction;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
  }
}
