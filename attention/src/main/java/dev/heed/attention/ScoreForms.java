package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How scores are written, and who described them.
final class ScoreForms {
  static final Forms<Score> FORMS =
      new Forms<>(
          "score",
          List.of(
              new Form<>(
                  "dot",
                  Score.Dot.class,
                  "inner product of query and key, over the root of their width",
                  "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762",
                  _ -> Score.dot()),
              new Form<>(
                  "dot(f)",
                  Score.Dot.class,
                  "inner product of query and key, times f",
                  "Luong et al. 2015, https://arxiv.org/abs/1508.04025",
                  of -> Score.dot(of.number(0)))));

  private ScoreForms() {}

  static String text(Score score) {
    return switch (score) {
      case Score.Dot(Score.Scale.InverseRootWidth()) -> "dot";
      case Score.Dot(Score.Scale.Fixed(double factor)) -> "dot(%s)".formatted(Forms.number(factor));
    };
  }
}
