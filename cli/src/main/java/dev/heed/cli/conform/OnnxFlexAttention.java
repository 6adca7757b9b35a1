package dev.heed.cli.conform;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionException;
import dev.heed.attention.AttentionInput;
import dev.heed.attention.HeadView;
import dev.heed.attention.Mask;
import dev.heed.attention.Modifier;
import dev.heed.attention.Positions;
import dev.heed.attention.Score;
import dev.heed.attention.expression.ExpressionException;
import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Truth;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.cli.conform.FlexValue.Field;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// FlexAttention of ONNX's preview: the body of `score_mod` becomes a modifier and a mask, that of
/// `prob_mod` a factor on the values.
final class OnnxFlexAttention implements OnnxOperator {
  @Override
  public List<Check> run(OnnxCall call, Run run) {
    call.check(Set.of("prob_mod", "scale", "score_mod", "softmax_precision"), 3);
    OnnxPrecision.check(call);
    Tensor q = call.tensor(0);
    Tensor k = call.tensor(1);
    int[] map = {q.axis(0), q.axis(1), q.axis(2), k.axis(2)};
    Optional<Field> weights =
        call.attributes().optionalObject("prob_mod").map(body -> FlexGraph.result(body, map));
    Tensor v = call.tensor(2).copy();
    weights.ifPresent(field -> scale(v, factor(field)));
    AttentionInput input =
        AttentionInput.of(
            HeadView.of(q),
            HeadView.of(k),
            HeadView.of(v),
            Positions.range(0, map[2]),
            Positions.range(0, map[3]));
    Attention attention = Attention.full();
    if (call.attributes().has("scale")) {
      attention = attention.withScore(Score.dot(call.attributes().number("scale")));
    }
    Optional<Obj> body = call.attributes().optionalObject("score_mod");
    if (body.isPresent()) {
      attention = modified(attention, FlexGraph.result(body.get(), map));
    }
    return Results.compare(call, attention, input, run);
  }

  private static Attention modified(Attention attention, Field scores) {
    Attention modified =
        scores.number().equals(Symbol.S)
            ? attention
            : attention.withModifier(modifier(scores.number()));
    return modified.withMask(mask(scores.where()));
  }

  private static Modifier modifier(Numeric scores) {
    try {
      return new Modifier.Expression(scores);
    } catch (AttentionException | ExpressionException e) {
      throw new UnsupportedCase(
          "FlexAttention: scores that become %s: %s".formatted(scores, e.getMessage()));
    }
  }

  private static Mask mask(Truth where) {
    try {
      return where.equals(FlexValue.EVERYWHERE) ? Mask.everything() : Mask.parse(where.toString());
    } catch (ExpressionException e) {
      throw new UnsupportedCase("FlexAttention: a body that hides by " + where);
    }
  }

  /// The number that weights are multiplied by.
  private static double factor(Field weights) {
    Numeric number = weights.number();
    if (weights.where().equals(FlexValue.EVERYWHERE)) {
      if (number.equals(Symbol.S)) {
        return 1;
      }
      if (number instanceof Binary(var function, var a, Literal(double factor))
          && a.equals(Symbol.S)) {
        if (function == Binary.Function.MULTIPLY) {
          return factor;
        }
        if (function == Binary.Function.DIVIDE) {
          return 1 / factor;
        }
      }
      if (number instanceof Binary(var function, Literal(double factor), var b)
          && b.equals(Symbol.S)
          && function == Binary.Function.MULTIPLY) {
        return factor;
      }
    }
    throw new UnsupportedCase(
        "FlexAttention: weights that become %s; a multiple of them can be computed"
            .formatted(number));
  }

  private static void scale(Tensor v, double factor) {
    for (int n = 0; n < v.size(); n++) {
      v.array()[v.offset() + n] = (float) (v.array()[v.offset() + n] * factor);
    }
  }
}
