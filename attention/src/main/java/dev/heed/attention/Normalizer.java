package dev.heed.attention;

import java.util.List;

/// How scores become weights.
public sealed interface Normalizer {
  /// `w_j = exp(s_j) / Σ exp(s)`.
  record Softmax() implements Normalizer {}

  /// Softmax with one more logit a head in the denominator, so that a row can look at nothing: `w_j
  /// = exp(s_j) / (exp(sink_h) + Σ exp(s))`. The logits are the call's parameter `sink`, `[H]`.
  record Sink() implements Normalizer {}

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Softmax _ -> List.of();
      case Sink _ -> Need.aHead("sink", shape, "normalizer sink");
    };
  }

  /// Reads a normalizer as it is written: `softmax`, `sink`.
  static Normalizer parse(String text) {
    return NormalizerForms.FORMS.parse(text);
  }

  /// The normalizer as it is written; [#parse] reads it back.
  default String text() {
    return NormalizerForms.text(this);
  }

  static Normalizer softmax() {
    return new Softmax();
  }

  static Normalizer sink() {
    return new Sink();
  }
}
