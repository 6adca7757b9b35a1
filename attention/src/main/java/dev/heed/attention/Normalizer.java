package dev.heed.attention;

/// How scores become weights.
public sealed interface Normalizer {
  /// `w_j = exp(s_j) / Σ exp(s)`.
  record Softmax() implements Normalizer {}

  /// Softmax with one more logit a head in the denominator, so that a row can look at nothing: `w_j
  /// = exp(s_j) / (exp(sink_h) + Σ exp(s))`. The logits are data of the call,
  /// [AttentionInput#withSink].
  record Sink() implements Normalizer {}

  static Normalizer softmax() {
    return new Softmax();
  }

  static Normalizer sink() {
    return new Sink();
  }
}
