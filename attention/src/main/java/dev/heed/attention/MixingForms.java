package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How mixings are written, and who described them.
final class MixingForms {
  private static final String SHAZEER = "Shazeer et al. 2020, https://arxiv.org/abs/2003.02436";

  static final Forms<Mixing> FORMS =
      new Forms<>(
          "mixing",
          List.of(
              new Form<>(
                  "talking(scores)",
                  Mixing.TalkScores.class,
                  "heads exchange scores through a learned matrix before the modifiers",
                  SHAZEER,
                  of -> talking(of)),
              new Form<>(
                  "talking(weights)",
                  Mixing.TalkWeights.class,
                  "heads exchange weights through a learned matrix after the normalizer",
                  SHAZEER,
                  of -> talking(of)),
              new Form<>(
                  "values(reach)",
                  Mixing.RelativeValues.class,
                  "each value plus a learned value of the distance",
                  "Shaw et al. 2018, https://arxiv.org/abs/1803.02155",
                  of -> new Mixing.RelativeValues(of.whole(0)))));

  private MixingForms() {}

  /// What heads exchange.
  private enum Talk {
    SCORES,
    WEIGHTS
  }

  private static Mixing talking(Forms.Arguments of) {
    return switch (of.word(0, Talk.class)) {
      case SCORES -> new Mixing.TalkScores();
      case WEIGHTS -> new Mixing.TalkWeights();
    };
  }

  static String text(Mixing mixing) {
    return switch (mixing) {
      case Mixing.TalkScores _ -> "talking(scores)";
      case Mixing.TalkWeights _ -> "talking(weights)";
      case Mixing.RelativeValues(int reach) -> "values(%d)".formatted(reach);
    };
  }
}
