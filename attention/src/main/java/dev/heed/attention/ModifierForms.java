package dev.heed.attention;

import dev.heed.attention.Forms.Form;
import dev.heed.attention.expression.Numeric;
import java.util.List;
import java.util.stream.Collectors;

/// How modifiers are written, and who described them.
final class ModifierForms {
  static final Forms<Modifier> FORMS =
      new Forms<>(
          "modifier",
          List.of(
              new Form<>(
                  "scale(f, ...)",
                  Modifier.Scale.class,
                  "times a factor, one for all heads or one a head",
                  "Vaswani et al. 2017, https://arxiv.org/abs/1706.03762",
                  of -> scale(of)),
              new Form<>(
                  "softcap(c)",
                  Modifier.SoftCap.class,
                  "c tanh(s/c): small scores stay, all are kept within c",
                  "Gemma Team 2024, https://arxiv.org/abs/2408.00118",
                  of -> Modifier.softCap(of.number(0))),
              new Form<>(
                  "alibi",
                  Modifier.Alibi.class,
                  "minus slope times distance, with a slope for each head",
                  "Press et al. 2021, https://arxiv.org/abs/2108.12409",
                  _ -> Modifier.alibi()),
              new Form<>(
                  "alibi(learned)",
                  Modifier.LearnedAlibi.class,
                  "minus slope times distance, with a learned slope for each head",
                  "Press et al. 2021, https://arxiv.org/abs/2108.12409",
                  ModifierForms::learnedAlibi),
              new Form<>(
                  "scale(learned)",
                  Modifier.LearnedScale.class,
                  "times a learned factor of each head",
                  "Liu et al. 2021, https://arxiv.org/abs/2111.09883",
                  _ -> new Modifier.LearnedScale()),
              new Form<>(
                  "bias",
                  Modifier.Bias.class,
                  "plus a learned number of each place; minus infinity hides it",
                  "Shaw et al. 2018, https://arxiv.org/abs/1803.02155",
                  _ -> new Modifier.Bias()),
              new Form<>(
                  "t5(buckets,maxDistance,direction)",
                  Modifier.T5.class,
                  "plus a learned number of each bucket of distances, causal or bidirectional",
                  "Raffel et al. 2020, https://arxiv.org/abs/1910.10683",
                  of ->
                      new Modifier.T5(
                          of.whole(0), of.whole(1), of.word(2, Modifier.T5.Direction.class))),
              new Form<>(
                  "expression(f, ...)",
                  Modifier.Expression.class,
                  "a function of the score s, of positions i and j, and of learned numbers",
                  "Dong et al. 2024, https://arxiv.org/abs/2412.05496",
                  of -> Modifier.expression(String.join(",", of.texts()))),
              new Form<>(
                  "forget",
                  Modifier.Forget.class,
                  "plus the logarithms of the forget gates between key and query",
                  "Lin et al. 2025, https://arxiv.org/abs/2503.02130",
                  _ -> new Modifier.Forget()),
              new Form<>(
                  "shaw(reach)",
                  Modifier.Shaw.class,
                  "plus query times a learned key of the distance",
                  "Shaw et al. 2018, https://arxiv.org/abs/1803.02155",
                  of -> new Modifier.Shaw(of.whole(0))),
              new Form<>(
                  "xl(reach)",
                  Modifier.TransformerXl.class,
                  "plus query times a learned key of head and distance, with biases of content and place",
                  "Dai et al. 2019, https://arxiv.org/abs/1901.02860",
                  of -> new Modifier.TransformerXl(of.whole(0)))));

  private ModifierForms() {}

  private static Modifier learnedAlibi(Forms.Arguments of) {
    of.only("learned");
    return new Modifier.LearnedAlibi();
  }

  private static Modifier scale(Forms.Arguments of) {
    return of.texts().equals(List.of("learned"))
        ? new Modifier.LearnedScale()
        : new Modifier.Scale(of.numbers());
  }

  static String text(Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale(List<Double> factors) ->
          factors.stream().map(Forms::number).collect(Collectors.joining(",", "scale(", ")"));
      case Modifier.SoftCap(double cap) -> "softcap(%s)".formatted(Forms.number(cap));
      case Modifier.Alibi _ -> "alibi";
      case Modifier.LearnedAlibi _ -> "alibi(learned)";
      case Modifier.LearnedScale _ -> "scale(learned)";
      case Modifier.Bias _ -> "bias";
      case Modifier.Forget _ -> "forget";
      case Modifier.Shaw(int reach) -> "shaw(%d)".formatted(reach);
      case Modifier.TransformerXl(int reach) -> "xl(%d)".formatted(reach);
      case Modifier.T5(int buckets, int maxDistance, Modifier.T5.Direction direction) ->
          "t5(%d,%d,%s)".formatted(buckets, maxDistance, Forms.word(direction));
      case Modifier.Expression(Numeric formula) -> "expression(%s)".formatted(formula);
    };
  }
}
