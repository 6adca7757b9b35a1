package dev.heed.lens;

/// A number that says how a run went.
@FunctionalInterface
public interface Metric {
  /// @param logits what the model expects after each token of a text, `[T][V]`
  /// @param tokens the text
  double of(float[][] logits, int[] tokens);

  /// By how much the logit of one token is above that of another, after the last position.
  static Metric logitDifference(int right, int wrong) {
    return (logits, _) -> (double) last(logits, right) - last(logits, wrong);
  }

  /// The logarithm of the probability of a token after the last position, nats.
  static Metric logProbability(int token) {
    return (logits, _) -> {
      last(logits, token);
      return -Distributions.loss(logits[logits.length - 1], token);
    };
  }

  private static float last(float[][] logits, int token) {
    float[] row = logits[logits.length - 1];
    if (token < 0 || token >= row.length) {
      throw new LensException(
          "metric: token %d is not one of the model's, 0 to %d".formatted(token, row.length - 1));
    }
    return row[token];
  }
}
