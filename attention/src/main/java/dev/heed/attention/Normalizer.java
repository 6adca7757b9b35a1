package dev.heed.attention;

import java.util.List;

/// How scores become weights.
public sealed interface Normalizer {
  /// `w_j = exp(s_j) / Σ exp(s)`.
  record Softmax() implements Normalizer {}

  /// Softmax with one more logit a head in the denominator, so that a row can look at nothing: `w_j
  /// = exp(s_j) / (exp(sink_h) + Σ exp(s))`. The logits are the call's parameter `sink`, `[H]`.
  record Sink() implements Normalizer {}

  /// The Euclidean projection onto the simplex, `w_j = [s_j - τ]₊` with `Σ w = 1`: weights that are
  /// exactly zero. [Martins and Astudillo 2016](https://arxiv.org/abs/1602.02068).
  record Sparsemax() implements Normalizer {}

  /// `w_j = [s_j / 2 - τ]₊²` with `Σ w = 1`, between softmax and sparsemax. [Peters et al.
  /// 2019](https://arxiv.org/abs/1905.05702).
  record Entmax15() implements Normalizer {}

  /// `w_j = [(α_h - 1) s_j - τ]₊^(1 / (α_h - 1))` with `Σ w = 1`: from almost softmax (1.01) to
  /// sparsemax (2), as each head learns. The exponents are the call's parameter `alpha`, `[H]`.
  /// [Correia et al. 2019](https://arxiv.org/abs/1909.00015).
  record Entmax() implements Normalizer {
    /// The least exponent; below it weights are powers beyond the precision of floats.
    public static final float LEAST = 1.01f;

    /// The greatest, that of sparsemax.
    public static final float GREATEST = 2;
  }

  /// `w_j = 1 / (1 + exp(-s_j - bias))`: each key for itself; rows do not add up to one. [Ramapuram
  /// et al. 2024](https://arxiv.org/abs/2409.04431).
  ///
  /// @param bias about `-log` of how many keys a query sees
  record Sigmoid(double bias) implements Normalizer {
    public Sigmoid {
      if (!Double.isFinite(bias)) {
        throw new AttentionException("sigmoid: %s is no bias; it must be finite".formatted(bias));
      }
    }
  }

  /// `w_j = [s_j]₊^power / divisor`: each key for itself. [Wortsman et al.
  /// 2023](https://arxiv.org/abs/2309.08586).
  ///
  /// @param power 1 or more
  /// @param divisor about how many keys a query sees
  record Relu(double power, double divisor) implements Normalizer {
    public Relu {
      if (!(power >= 1 && power <= 16) || !(divisor > 0) || !Double.isFinite(divisor)) {
        throw new AttentionException(
            "relu: power %s and divisor %s do not fit; a power of 1 to 16 and a positive divisor would"
                .formatted(power, divisor));
      }
    }
  }

  /// Softmax over the `count` keys with the largest scores, those with the lowest indices where
  /// scores are equal; all keys where there are fewer. Gradients flow to the keys kept. [Zhao et
  /// al. 2019](https://arxiv.org/abs/1912.11637).
  record TopK(int count) implements Normalizer {
    public TopK {
      if (count < 1) {
        throw new AttentionException(
            "topk: %d keys are none; 1 or more would fit".formatted(count));
      }
    }
  }

  /// Softmax over the keys of the `count` blocks with the largest mean scores, those that come
  /// first where means are equal. A block is `size` positions, `⌊kPos / size⌋`, and its mean one
  /// over the keys that the query sees: for inner products the score of their mean key. Gradients
  /// flow to the keys kept. [Lu et al. 2025](https://arxiv.org/abs/2502.13189).
  record BlockTopK(int size, int count) implements Normalizer {
    public BlockTopK {
      if (size < 1 || count < 1) {
        throw new AttentionException(
            "blocktopk: %d blocks of %d positions are none; 1 or more would fit"
                .formatted(count, size));
      }
    }
  }

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Sink _ -> Need.aHead("sink", shape, "normalizer sink");
      case Entmax _ ->
          Need.aHead("alpha", shape, "normalizer entmax").stream()
              .map(need -> need.startingAt(1.5f))
              .toList();
      case Softmax _, Sparsemax _, Entmax15 _, Sigmoid _, Relu _, TopK _, BlockTopK _ -> List.of();
    };
  }

  /// Whether the weights of a row are proportional to exponentials, so that parts of a row can be
  /// merged.
  default boolean isSoftmax() {
    return this instanceof Softmax || this instanceof Sink;
  }

  /// Whether the weight of a key depends on its own score alone.
  default boolean isPointwise() {
    return this instanceof Sigmoid || this instanceof Relu;
  }

  /// Reads a normalizer as it is written: `softmax`, `sigmoid(-3)`.
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

  static Normalizer sparsemax() {
    return new Sparsemax();
  }

  static Normalizer entmax15() {
    return new Entmax15();
  }

  /// With a learned exponent a head.
  static Normalizer entmax() {
    return new Entmax();
  }

  static Normalizer topK(int count) {
    return new TopK(count);
  }

  static Normalizer blockTopK(int size, int count) {
    return new BlockTopK(size, count);
  }

  static Normalizer sigmoid(double bias) {
    return new Sigmoid(bias);
  }

  static Normalizer relu(double power, double divisor) {
    return new Relu(power, divisor);
  }
}
