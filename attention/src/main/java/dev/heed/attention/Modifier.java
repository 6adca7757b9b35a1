package dev.heed.attention;

import java.util.List;

/// What happens to a score between its computation and the mask. Modifiers act in the order in
/// which a call lists them.
public sealed interface Modifier {
  /// Times a factor: one for all heads or one a head.
  record Scale(List<Double> factors) implements Modifier {
    public Scale {
      factors = List.copyOf(factors);
      if (factors.isEmpty() || factors.stream().anyMatch(factor -> !Double.isFinite(factor))) {
        throw new AttentionException(
            "scale: %s; one finite factor for all heads or one a head is needed"
                .formatted(factors));
      }
    }

    double factor(int head) {
      return factors.size() == 1 ? factors.getFirst() : factors.get(head);
    }
  }

  /// `cap * tanh(s / cap)`: leaves small scores alone and keeps all within `±cap`.
  record SoftCap(double cap) implements Modifier {
    public SoftCap {
      if (!(cap > 0 && cap < Double.POSITIVE_INFINITY)) {
        throw new AttentionException(
            "softcap: the cap %s must be positive and finite".formatted(cap));
      }
    }
  }

  /// Minus `slope * |i - j|` with a slope for each head, [Press et al.
  /// 2021](https://arxiv.org/abs/2108.12409).
  record Alibi() implements Modifier {
    /// The paper's slopes for any number of heads: `2^(-8k/n)` for the largest power of two `n`
    /// that is not above `heads`, then every other slope of `2n`.
    static double slope(int head, int heads) {
      int power = Integer.highestOneBit(heads);
      return head < power
          ? Math.pow(2, -8.0 * (head + 1) / power)
          : Math.pow(2, -4.0 * (2 * (head - power) + 1) / power);
    }
  }

  /// Whether it reads where queries and keys stand, and not the score alone.
  default boolean readsPositions() {
    return !(this instanceof Scale || this instanceof SoftCap);
  }

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Scale _, SoftCap _, Alibi _ -> List.of();
    };
  }

  /// Reads a modifier as it is written: `softcap(50)`, `alibi`.
  static Modifier parse(String text) {
    return ModifierForms.FORMS.parse(text);
  }

  /// The modifier as it is written; [#parse] reads it back.
  default String text() {
    return ModifierForms.text(this);
  }

  static Modifier scale(double factor) {
    return new Scale(List.of(factor));
  }

  static Modifier softCap(double cap) {
    return new SoftCap(cap);
  }

  static Modifier alibi() {
    return new Alibi();
  }
}
