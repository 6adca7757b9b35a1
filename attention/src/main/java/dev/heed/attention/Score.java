package dev.heed.attention;

import java.util.List;

/// How similar a query and a key are: the first axis of an [Attention].
public sealed interface Score {
  /// The inner product `q · k`, times a scale.
  record Dot(Scale scale) implements Score {}

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    return switch (this) {
      case Dot _ -> List.of();
    };
  }

  /// Reads a score as it is written: `dot`, `dot(0.125)`.
  static Score parse(String text) {
    return ScoreForms.FORMS.parse(text);
  }

  /// The score as it is written; [#parse] reads it back.
  default String text() {
    return ScoreForms.text(this);
  }

  /// `q · k / √E`, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) section 3.2.1.
  static Score dot() {
    return new Dot(new Scale.InverseRootWidth());
  }

  /// `factor * q · k`.
  static Score dot(double factor) {
    return new Dot(new Scale.Fixed(factor));
  }

  /// The factor on a score.
  sealed interface Scale {
    /// `1 / √E`, which keeps the variance of a score at that of its operands for every width.
    record InverseRootWidth() implements Scale {}

    /// The same factor for every width.
    record Fixed(double factor) implements Scale {
      public Fixed {
        if (!Double.isFinite(factor)) {
          throw new AttentionException(
              "scale: %s is no factor; it must be finite".formatted(factor));
        }
      }
    }

    /// The factor for heads of `width` numbers.
    default double of(int width) {
      return switch (this) {
        case InverseRootWidth _ -> 1 / Math.sqrt(width);
        case Fixed(double factor) -> factor;
      };
    }
  }
}
