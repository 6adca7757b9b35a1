package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import java.util.List;

/// How scores are written, and who described them.
final class ScoreForms {
  private static final String LEARNED = "learned";
  private static final String LUONG = "Luong et al. 2015, https://arxiv.org/abs/1508.04025";
  private static final String HENRY = "Henry et al. 2020, https://arxiv.org/abs/2010.04245";
  private static final String BAHDANAU = "Bahdanau et al. 2015, https://arxiv.org/abs/1409.0473";
  private static final String KIM = "Kim et al. 2021, https://arxiv.org/abs/2006.04710";
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
                  LUONG,
                  of -> new Score.Dot(scale(of, 0))),
              new Form<>(
                  "cosine",
                  Score.Cosine.class,
                  "cosine of query and key",
                  HENRY,
                  _ -> Score.cosine(1)),
              new Form<>(
                  "cosine(f)",
                  Score.Cosine.class,
                  "cosine of query and key, times f or a learned temperature of each head",
                  HENRY,
                  of -> new Score.Cosine(scale(of, 0))),
              new Form<>(
                  "bilinear",
                  Score.Bilinear.class,
                  "query times a learned matrix of each head times key, over the root of their width",
                  LUONG,
                  _ -> Score.bilinear()),
              new Form<>(
                  "bilinear(f)",
                  Score.Bilinear.class,
                  "query times a learned matrix of each head times key, times f",
                  LUONG,
                  of -> new Score.Bilinear(scale(of, 0))),
              new Form<>(
                  "distance",
                  Score.Distance.class,
                  "minus the squared distance of query and key, over the root of their width",
                  KIM,
                  _ -> Score.distance()),
              new Form<>(
                  "distance(f)",
                  Score.Distance.class,
                  "minus the squared distance of query and key, times f",
                  KIM,
                  of -> new Score.Distance(scale(of, 0))),
              new Form<>(
                  "additive(hidden)",
                  Score.Additive.class,
                  "a learned layer of each head over query and key, hidden numbers wide",
                  BAHDANAU,
                  of -> Score.additive(of.whole(0))),
              new Form<>(
                  "additive(hidden,f)",
                  Score.Additive.class,
                  "a learned layer of each head over query and key, times f",
                  BAHDANAU,
                  of -> new Score.Additive(of.whole(0), scale(of, 1)))));

  private ScoreForms() {}

  /// `learned`, or a number.
  private static Score.Scale scale(Forms.Arguments of, int index) {
    return of.texts().get(index).equals(LEARNED)
        ? new Score.Scale.Learned()
        : new Score.Scale.Fixed(of.number(index));
  }

  static String text(Score score) {
    String name =
        switch (score) {
          case Score.Dot _ -> "dot";
          case Score.Cosine _ -> "cosine";
          case Score.Bilinear _ -> "bilinear";
          case Score.Distance _ -> "distance";
          case Score.Additive _ -> "additive";
        };
    String inside = score instanceof Score.Additive(int hidden, _) ? hidden + "," : "";
    return switch (score.scale()) {
      case Score.Scale.InverseRootWidth() -> name;
      case Score.Scale.Fixed(double factor) ->
          "%s(%s%s)".formatted(name, inside, Forms.number(factor));
      case Score.Scale.Learned() -> "%s(%s%s)".formatted(name, inside, LEARNED);
    };
  }
}
