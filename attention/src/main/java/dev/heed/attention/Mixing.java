package dev.heed.attention;

import dev.heed.attention.Need.Axis;
import dev.heed.tensor.Shape;
import java.util.List;
import java.util.stream.Collectors;

/// What rows of scores and weights are mixed with besides values: rows of the other heads, and
/// learned values of distances. What a head does not see gives it nothing.
public sealed interface Mixing {
  /// Heads talk before the modifiers: the score of head `h` is `Σ_n M[h, n] s_n` over the scores of
  /// all heads, parameter `talking.scores` `[H, H]`. [Shazeer et al.
  /// 2020](https://arxiv.org/abs/2003.02436).
  record TalkScores() implements Mixing {}

  /// Heads talk after the normalizer: the weight of head `h` is `Σ_n M[h, n] w_n` over the weights
  /// of all heads, parameter `talking.weights` `[H, H]`. The same paper.
  record TalkWeights() implements Mixing {}

  /// Each value plus a learned one of its distance: parameter `values` `[2 reach + 1, W]`, for `j -
  /// i` from `-reach` to `reach`. [Shaw et al. 2018](https://arxiv.org/abs/1803.02155) section 3.1.
  ///
  /// @param reach distances beyond it count as that
  record RelativeValues(int reach) implements Mixing {
    public RelativeValues {
      RelativeKeys.checkReach("values", reach);
    }
  }

  /// The parameter of [TalkScores].
  String SCORES = "talking.scores";

  /// The parameter of [TalkWeights].
  String WEIGHTS = "talking.weights";

  /// The parameter of [RelativeValues].
  String VALUES = "values";

  /// The learned numbers that this choice reads.
  default List<Need> needs(AttentionShape shape) {
    String reader = "mixing " + text();
    return switch (this) {
      case TalkScores _ -> List.of(Need.ofHead(SCORES, reader, shape, shape.heads()));
      case TalkWeights _ -> List.of(Need.ofHead(WEIGHTS, reader, shape, shape.heads()));
      case RelativeValues(int reach) ->
          List.of(
              new Need(
                  VALUES,
                  Shape.of(2 * reach + 1, shape.valueWidth()),
                  reader,
                  List.of(Axis.NUMBER, Axis.NUMBER)));
    };
  }

  /// Several as an error names them.
  static String texts(List<Mixing> mixings) {
    return "mixing " + mixings.stream().map(Mixing::text).collect(Collectors.joining(", "));
  }

  /// Reads a mixing as it is written: `talking(scores)`, `values(16)`.
  static Mixing parse(String text) {
    return MixingForms.FORMS.parse(text);
  }

  /// The mixing as it is written; [#parse] reads it back.
  default String text() {
    return MixingForms.text(this);
  }
}
