package dev.heed.lens;

/// Distances between distributions, and what makes distributions of logits.
public final class Distributions {
  private Distributions() {}

  /// The Jensen-Shannon divergence in nats, 0 to `ln 2`.
  public static double jensenShannon(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double middle = (p[i] + q[i]) / 2;
      sum += term(p[i], middle) + term(q[i], middle);
    }
    return sum / 2;
  }

  /// Half the sum of absolute differences, 0 to 1.
  public static double totalVariation(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += Math.abs(p[i] - q[i]);
    }
    return sum / 2;
  }

  /// The Kullback-Leibler divergence of `q` from `p` in nats: infinite where `q` misses what `p`
  /// has.
  public static double kullbackLeibler(double[] p, double[] q) {
    check(p, q);
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += term(p[i], q[i]);
    }
    return sum;
  }

  /// `softmax(logits / temperature)`.
  public static double[] softmax(float[] logits, double temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] p = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp((logits[i] - largest) / temperature);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /// `softmax(logits)`.
  public static double[] softmax(float[] logits) {
    return softmax(logits, 1);
  }

  /// `-log softmax(logits)[target]`, nats.
  public static double loss(float[] logits, int target) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - largest);
    }
    return Math.log(sum) + largest - logits[target];
  }

  private static double term(double p, double q) {
    return p > 0 ? p * Math.log(p / q) : 0;
  }

  private static void check(double[] p, double[] q) {
    if (p.length != q.length) {
      throw new LensException(
          "distributions: %d and %d outcomes; as many would fit".formatted(p.length, q.length));
    }
  }
}
