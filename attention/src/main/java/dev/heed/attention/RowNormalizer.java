package dev.heed.attention;

import dev.heed.kernel.ThresholdSearch;
import java.util.Arrays;

/// The normalizer of a call on one row, in double precision, and what gradients need of it: the
/// rates `r` with which weights follow their own scores, for `ds = r (dw - delta)`.
final class RowNormalizer {
  private final BoundCall call;
  private final double[] measures;

  RowNormalizer(BoundCall call) {
    this.call = call;
    this.measures = new double[call.shape.keys()];
  }

  /// Writes the weights of the scores of a row of head `h` of batch `b`; scores that are -∞ have
  /// none.
  void weigh(int b, int h, double[] scores, double[] weights) {
    switch (call.attention.normalizer()) {
      case Normalizer.Softmax _ -> softmax(Double.NEGATIVE_INFINITY, scores, weights);
      case Normalizer.Sink _ -> softmax(call.sinkLogit(h), scores, weights);
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ ->
          entmax(call.alpha(h), scores, weights);
      case Normalizer.TopK(int count) -> {
        select(count, scores);
        softmax(Double.NEGATIVE_INFINITY, measures, weights);
      }
      case Normalizer.BlockTopK(int _, int count) -> {
        call.blocks.orElseThrow().select(b, count, scores, measures);
        softmax(Double.NEGATIVE_INFINITY, measures, weights);
      }
      case Normalizer.Sigmoid(double bias) -> {
        for (int s = 0; s < scores.length; s++) {
          weights[s] = 1 / (1 + Math.exp(-scores[s] - bias));
        }
      }
      case Normalizer.Relu(double power, double divisor) -> {
        for (int s = 0; s < scores.length; s++) {
          weights[s] = scores[s] <= 0 ? 0 : Math.pow(scores[s], power) / divisor;
        }
      }
    }
  }

  private static void softmax(double sink, double[] scores, double[] weights) {
    double maximum = sink;
    for (double score : scores) {
      maximum = Math.max(maximum, score);
    }
    Arrays.fill(weights, 0);
    if (maximum == Double.NEGATIVE_INFINITY) {
      return;
    }
    double sum = Math.exp(sink - maximum);
    for (int s = 0; s < scores.length; s++) {
      weights[s] = scores[s] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(scores[s] - maximum);
      sum += weights[s];
    }
    for (int s = 0; s < scores.length; s++) {
      weights[s] /= sum;
    }
  }

  /// Writes the `most` largest scores to the measures, the first where some are equal, and -∞ for
  /// all others.
  private void select(int most, double[] scores) {
    Arrays.setAll(measures, s -> scores[s] + 0.0); // -0 is 0, also in its order
    if (most >= scores.length) {
      return;
    }
    Arrays.sort(measures);
    double least = measures[scores.length - most];
    int above = 0;
    for (double score : scores) {
      above += Double.compare(score + 0.0, least) > 0 ? 1 : 0;
    }
    int equal = most - above;
    for (int s = 0; s < scores.length; s++) {
      int compared = Double.compare(scores[s] + 0.0, least);
      boolean kept = compared > 0 || (compared == 0 && equal-- > 0);
      measures[s] = kept ? scores[s] : Double.NEGATIVE_INFINITY;
    }
  }

  /// `w = [(α - 1) (s - max) - t]₊^(1 / (α - 1))`.
  private void entmax(double alpha, double[] scores, double[] weights) {
    double maximum = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      maximum = Math.max(maximum, score);
    }
    if (maximum == Double.NEGATIVE_INFINITY) {
      Arrays.fill(weights, 0);
      return;
    }
    int count = 0;
    for (double score : scores) {
      measures[count] = (alpha - 1) * (score - maximum);
      count += measures[count] <= -1 ? 0 : 1;
    }
    double threshold = threshold(count, 1 / (alpha - 1));
    for (int s = 0; s < scores.length; s++) {
      double x = (alpha - 1) * (scores[s] - maximum) - threshold;
      weights[s] = scores[s] == Double.NEGATIVE_INFINITY || x <= 0 ? 0 : power(x, 1 / (alpha - 1));
    }
  }

  /// What is taken from the measures, so that their powers add up to 1.
  private double threshold(int count, double power) {
    double sum = 0;
    for (int n = 0; n < count; n++) {
      sum += measures[n];
    }
    ThresholdSearch search = new ThresholdSearch(power, count, sum);
    double powers;
    double rates;
    do {
      powers = 0;
      rates = 0;
      for (int n = 0; n < count; n++) {
        double x = measures[n] - search.offset();
        powers += x <= 0 ? 0 : power(x, power);
        rates += x <= 0 ? 0 : power(x, power - 1);
      }
    } while (search.step(powers, rates));
    return search.offset();
  }

  /// `x^power` for positive numbers, quickly for the usual ones.
  private static double power(double x, double power) {
    return power == 0 ? 1 : power == 1 ? x : power == 2 ? x * x : Math.pow(x, power);
  }

  /// Whether the rate of a weight is the weight.
  boolean isSoftmax() {
    return switch (call.attention.normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _ -> true;
      case Normalizer.TopK _, Normalizer.BlockTopK _ -> true;
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ -> false;
      case Normalizer.Sigmoid _, Normalizer.Relu _ -> false;
    };
  }

  /// The rate of a weight of head `h`.
  double rate(int h, double weight) {
    return switch (call.attention.normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _ -> weight;
      case Normalizer.TopK _, Normalizer.BlockTopK _ -> weight;
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ ->
          weight == 0 ? 0 : Math.pow(weight, 1 - call.alpha(h)) * weight;
      case Normalizer.Sigmoid _ -> weight * (1 - weight);
      case Normalizer.Relu(double power, double divisor) ->
          weight == 0 ? 0 : power * weight / Math.pow(weight * divisor, 1 / power);
    };
  }

  /// `delta` of a row of head `h` whose rates and gradients of weights are these.
  double delta(double rates, double products) {
    return switch (call.attention.normalizer()) {
      case Normalizer.Softmax _, Normalizer.Sink _ -> products;
      case Normalizer.TopK _, Normalizer.BlockTopK _ -> products;
      case Normalizer.Sparsemax _, Normalizer.Entmax15 _, Normalizer.Entmax _ ->
          rates == 0 ? 0 : products / rates;
      case Normalizer.Sigmoid _, Normalizer.Relu _ -> 0;
    };
  }

  /// The gradient of a learned exponent: [Correia et al. 2019](https://arxiv.org/abs/1909.00015),
  /// proposition 1, as sums over a row.
  ///
  /// @param delta `Σ r dw / Σ r`
  /// @param products `Σ w dw`
  /// @param entropy `-Σ w log w`
  /// @param entropyProducts `-Σ w log w dw`
  static double alphaGradient(
      double alpha, double delta, double products, double entropy, double entropyProducts) {
    double slope = alpha - 1;
    return (products - delta) / (slope * slope) + (entropyProducts - delta * entropy) / slope;
  }
}
