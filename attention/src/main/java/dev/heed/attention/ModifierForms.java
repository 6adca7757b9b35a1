package dev.heed.attention;

import dev.heed.attention.Forms.Form;
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
                  of -> new Modifier.Scale(of.numbers())),
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
                  _ -> Modifier.alibi())));

  private ModifierForms() {}

  static String text(Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale(List<Double> factors) ->
          factors.stream().map(Forms::number).collect(Collectors.joining(",", "scale(", ")"));
      case Modifier.SoftCap(double cap) -> "softcap(%s)".formatted(Forms.number(cap));
      case Modifier.Alibi _ -> "alibi";
    };
  }
}
