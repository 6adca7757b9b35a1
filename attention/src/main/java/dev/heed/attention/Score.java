package dev.heed.attention;

import java.util.ArrayList;
import java.util.List;

/// How similar a query and a key are: the first axis of an [Attention].
public sealed interface Score {
  /// The inner product `q · k`, times a scale.
  record Dot(Scale scale) implements Score {}

  /// The cosine of the angle between both, `q · k / (|q| |k|)`, times a scale: how long a key is
  /// counts nothing. Lengths below `1e-12` count as that. [Henry et al.
  /// 2020](https://arxiv.org/abs/2010.04245), [Liu et al. 2021](https://arxiv.org/abs/2111.09883).
  record Cosine(Scale scale) implements Score {
    static final double SHORTEST = 1e-12;

    public Cosine {
      if (scale instanceof Scale.InverseRootWidth) {
        throw new AttentionException(
            "score cosine: it does not grow with the width; a fixed or learned scale would fit");
      }
    }
  }

  /// `qᵀ W_h k`, times a scale, with a matrix for each head, parameter `bilinear` `[H, E, E]`.
  /// [Luong et al. 2015](https://arxiv.org/abs/1508.04025) section 3.1, "general".
  record Bilinear(Scale scale) implements Score {}

  /// The negative squared distance `-|q - k|²`, times a scale. [Kim et al.
  /// 2021](https://arxiv.org/abs/2006.04710).
  record Distance(Scale scale) implements Score {}

  /// `v_h · tanh(Wq_h q + Wk_h k + b_h)`, times a scale, with a layer of `hidden` numbers for each
  /// head: parameters `additive.wq` and `additive.wk` `[H, A, E]`, `additive.b` and `additive.v`
  /// `[H, A]`. [Bahdanau et al. 2015](https://arxiv.org/abs/1409.0473) appendix A.1.2.
  ///
  /// @param hidden `A`
  record Additive(int hidden, Scale scale) implements Score {
    public Additive {
      if (hidden < 1) {
        throw new AttentionException(
            "score additive: %d hidden numbers; at least 1 is needed".formatted(hidden));
      }
      if (scale instanceof Scale.InverseRootWidth) {
        throw new AttentionException(
            "score additive: it does not grow with the width; a fixed or learned scale would fit");
      }
    }
  }

  /// What the similarity is multiplied with.
  Scale scale();

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    List<Need> needs = new ArrayList<>();
    switch (this) {
      case Dot _, Cosine _, Distance _ -> {}
      case Bilinear _ ->
          needs.add(Need.ofHead("bilinear", "score bilinear", shape, shape.width(), shape.width()));
      case Additive(int hidden, _) -> {
        String reader = "score additive";
        needs.add(Need.ofHead("additive.wq", reader, shape, hidden, shape.width()));
        needs.add(Need.ofHead("additive.wk", reader, shape, hidden, shape.width()));
        needs.add(Need.ofHead("additive.b", reader, shape, hidden));
        needs.add(Need.ofHead("additive.v", reader, shape, hidden));
      }
    }
    if (scale() instanceof Scale.Learned) {
      needs.add(Need.ofHead("temperature", "the score's learned scale", shape).startingAt(1));
    }
    return needs;
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

  /// `factor` times the cosine.
  static Score cosine(double factor) {
    return new Cosine(new Scale.Fixed(factor));
  }

  /// `qᵀ W_h k / √E`.
  static Score bilinear() {
    return new Bilinear(new Scale.InverseRootWidth());
  }

  /// `-|q - k|² / √E`.
  static Score distance() {
    return new Distance(new Scale.InverseRootWidth());
  }

  /// `v · tanh(Wq q + Wk k + b)` with `hidden` numbers inside.
  static Score additive(int hidden) {
    return new Additive(hidden, new Scale.Fixed(1));
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

    /// A learned factor for each head, parameter `temperature` `[H]`.
    record Learned() implements Scale {}

    /// The factor for heads of `width` numbers, besides what is learned.
    default double of(int width) {
      return switch (this) {
        case InverseRootWidth _ -> 1 / Math.sqrt(width);
        case Fixed(double factor) -> factor;
        case Learned _ -> 1;
      };
    }
  }
}
