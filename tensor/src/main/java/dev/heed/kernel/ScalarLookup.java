package dev.heed.kernel;

/// The look-up as the formulas read; sums in `double` but for the result of [#mix].
final class ScalarLookup implements Lookup {
  @Override
  public void dots(float factor, Matrix few, Matrix many, Matrix scores) {
    for (int r = 0; r < few.rows(); r++) {
      for (int n = 0; n < many.rows(); n++) {
        int a = few.offset() + r * few.rowStride();
        int b = many.offset() + n * many.rowStride();
        double sum = 0;
        for (int e = 0; e < few.columns(); e++) {
          sum += (double) few.array()[a + e] * many.array()[b + e];
        }
        scores.array()[scores.offset() + r * scores.rowStride() + n] = (float) (factor * sum);
      }
    }
  }

  @Override
  public float largest(float[] a, int from, int length) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int n = from; n < from + length; n++) {
      largest = Math.max(largest, a[n]);
    }
    return largest;
  }

  @Override
  public float exponentials(float largest, float[] a, int from, int length) {
    double sum = 0;
    for (int n = from; n < from + length; n++) {
      double power = Math.exp((double) a[n] - largest);
      sum += power;
      a[n] = (float) power;
    }
    return (float) sum;
  }

  @Override
  public void mix(Matrix weights, Matrix many, Matrix out) {
    for (int r = 0; r < weights.rows(); r++) {
      int to = out.offset() + r * out.rowStride();
      for (int n = 0; n < many.rows(); n++) {
        float weight = weights.array()[weights.offset() + r * weights.rowStride() + n];
        int from = many.offset() + n * many.rowStride();
        for (int w = 0; w < many.columns(); w++) {
          out.array()[to + w] += weight * many.array()[from + w];
        }
      }
    }
  }
}
