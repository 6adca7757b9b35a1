package dev.heed.cli.conform;

/// How far numbers are from the reference.
///
/// @param absolute the largest `|a - b|`
/// @param relative the largest `|a - b| / |b|` where `b` is not zero
/// @param outside how many are beyond the tolerance
/// @param count how many were compared
public record Comparison(double absolute, double relative, long outside, long count) {
  /// What may differ: `|a - b| <= absolute + relative * |b|`.
  public record Tolerance(double absolute, double relative) {}

  public static Comparison of(float[] actual, float[] expected, Tolerance tolerance) {
    double absolute = 0;
    double relative = 0;
    long outside = 0;
    for (int i = 0; i < expected.length; i++) {
      double size = Math.abs(expected[i]);
      double error = actual[i] == expected[i] ? 0 : Math.abs((double) actual[i] - expected[i]);
      // written so that NaN is outside, and what is finite where infinity is expected
      if (!(error <= tolerance.absolute() + tolerance.relative() * size)
          || error == Double.POSITIVE_INFINITY) {
        outside++;
      }
      absolute = Math.max(absolute, Double.isNaN(error) ? Double.POSITIVE_INFINITY : error);
      relative = size == 0 ? relative : Math.max(relative, error / size);
    }
    return new Comparison(absolute, relative, outside, expected.length);
  }

  public boolean passed() {
    return outside == 0;
  }
}
