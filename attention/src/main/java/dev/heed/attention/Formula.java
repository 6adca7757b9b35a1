package dev.heed.attention;

import dev.heed.attention.expression.Numeric;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/// A call as one line that a reader of papers reads.
final class Formula {
  private Formula() {}

  /// For example `softmax(50 tanh(q·k/√E / 50) where causal & window(256)) v`.
  static String of(Attention attention) {
    String score = score(attention.score());
    for (Modifier modifier : attention.modifiers()) {
      score = modified(score, modifier);
    }
    String mask = attention.mask().toString();
    String seen = mask.isEmpty() ? score : score + " where " + mask;
    String weights =
        switch (attention.normalizer()) {
          case Normalizer.Softmax _ -> "softmax(%s) v".formatted(seen);
          case Normalizer.Sink _ -> "softmax([%s, sink_h]) v".formatted(seen);
          case Normalizer.Sparsemax _ -> "sparsemax(%s) v".formatted(seen);
          case Normalizer.Entmax15 _ -> "entmax_1.5(%s) v".formatted(seen);
          case Normalizer.Entmax _ -> "entmax_alpha_h(%s) v".formatted(seen);
          case Normalizer.TopK(int count) -> "softmax(top %d of %s) v".formatted(count, seen);
          case Normalizer.BlockTopK(int size, int count) ->
              "softmax(top %d blocks of %d of %s) v".formatted(count, size, seen);
          case Normalizer.Sigmoid(double bias) ->
              "sigmoid(%s %s %s) v".formatted(seen, bias < 0 ? "-" : "+", number(Math.abs(bias)));
          case Normalizer.Relu(double power, double divisor) ->
              "relu(%s)^%s / %s v".formatted(seen, number(power), number(divisor));
        };
    return weights + mixed(attention.mixings()) + chance(attention.chance());
  }

  private static String mixed(List<Mixing> mixings) {
    StringJoiner mixed = new StringJoiner(", ", " with ", "").setEmptyValue("");
    mixings.forEach(mixing -> mixed.add(mixing.text()));
    return mixed.toString();
  }

  private static String chance(Chance chance) {
    StringJoiner dropped = new StringJoiner(", ", "; dropped at random: ", "").setEmptyValue("");
    add(dropped, "keys", chance.keys());
    add(dropped, "weights", chance.weights());
    add(dropped, "heads", chance.heads());
    return dropped.toString();
  }

  private static void add(StringJoiner dropped, String what, double share) {
    if (share > 0) {
      dropped.add("%s %s".formatted(what, number(share)));
    }
  }

  private static String score(Score score) {
    String similarity =
        switch (score) {
          case Score.Dot _ -> "q·k";
          case Score.Cosine _ -> "cos(q, k)";
          case Score.Bilinear _ -> "qᵀW_h k";
          case Score.Distance _ -> "-|q - k|²";
          case Score.Additive _ -> "v_h·tanh(Wq_h q + Wk_h k + b_h)";
        };
    return switch (score.scale()) {
      case Score.Scale.InverseRootWidth() -> similarity + "/√E";
      case Score.Scale.Fixed(double factor) -> number(factor) + " " + similarity;
      case Score.Scale.Learned() -> "temperature_h " + similarity;
    };
  }

  private static String modified(String score, Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale(var factors) ->
          (factors.size() == 1 ? number(factors.getFirst()) : "scale_h") + " (" + score + ")";
      case Modifier.SoftCap(double cap) ->
          "%s tanh((%s) / %s)".formatted(number(cap), score, number(cap));
      case Modifier.Alibi _ -> score + " - slope_h |i - j|";
      case Modifier.LearnedAlibi _ -> score + " - alibi_h |i - j|";
      case Modifier.LearnedScale _ -> "scale_h (" + score + ")";
      case Modifier.Bias _ -> score + " + bias_hij";
      case Modifier.Forget _ -> score + " + c_i - c_j";
      case Modifier.Shaw(int reach) -> "%s + scale q·shaw[clip(j - i, %d)]".formatted(score, reach);
      case Modifier.TransformerXl(int reach) ->
          "%s + scale (u_h·k + (q + v_h)·r_h[clip(j - i, %d)])".formatted(score, reach);
      case Modifier.T5 _ -> score + " + t5_h[bucket(j - i)]";
      case Modifier.Expression(Numeric formula) -> "(%s with s = %s)".formatted(formula, score);
    };
  }

  private static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e9
        ? Long.toString((long) number)
        : String.format(Locale.ROOT, "%s", (float) number);
  }
}
