package dev.heed.cli.conform;

import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.attention.expression.Truth;
import dev.heed.attention.expression.Truth.Comparison.Relation;
import dev.heed.cli.conform.FlexValue.Field;
import dev.heed.cli.conform.FlexValue.Known;
import dev.heed.cli.conform.FlexValue.Truths;
import java.util.List;
import java.util.Set;

/// The operators of a FlexAttention body, on expressions.
final class FlexOperators {
  private static final Literal ZERO = new Literal(0);
  private static final Literal ONE = new Literal(1);

  /// ONNX's numbers of the types that hold whole numbers, and of truths.
  private static final Set<Integer> WHOLE = Set.of(2, 3, 4, 5, 6, 7, 12, 13);

  private static final int TRUTH = 9;

  private FlexOperators() {}

  static FlexValue apply(FlexNode node) {
    return switch (node.operator()) {
      case "Shape" -> FlexShapes.shape(node);
      case "Gather" -> FlexShapes.gather(node);
      case "Range" -> FlexShapes.range(node);
      case "Reshape" -> FlexShapes.reshape(node);
      case "Unsqueeze" -> FlexShapes.unsqueeze(node);
      case "Squeeze" -> FlexShapes.squeeze(node);
      case "Concat" -> FlexShapes.concat(node);
      case "Identity" -> node.input(0);
      case "Constant" -> constant(node);
      case "Cast", "CastLike" -> cast(node);
      case "Add" -> binary(node, Binary.Function.ADD);
      case "Sub" -> binary(node, Binary.Function.SUBTRACT);
      case "Mul" -> binary(node, Binary.Function.MULTIPLY);
      case "Div" -> divide(node);
      case "Min" -> binary(node, Binary.Function.MIN);
      case "Max" -> binary(node, Binary.Function.MAX);
      case "Mod" -> mod(node);
      case "Greater" -> compare(node, Relation.GREATER);
      case "GreaterOrEqual" -> compare(node, Relation.AT_LEAST);
      case "Less" -> compare(node, Relation.LESS);
      case "LessOrEqual" -> compare(node, Relation.AT_MOST);
      case "Equal" -> compare(node, Relation.EQUAL);
      case "And" -> new Truths(new Truth.And(List.of(truth(node, 0), truth(node, 1))));
      case "Or" -> new Truths(new Truth.Or(List.of(truth(node, 0), truth(node, 1))));
      case "Not" -> new Truths(new Truth.Not(truth(node, 0)));
      case "Where" -> where(node);
      default -> unary(node);
    };
  }

  private static FlexValue constant(FlexNode node) {
    for (String key : List.of("value", "value_float", "value_int", "value_ints", "value_floats")) {
      if (node.attributes().has(key)) {
        return FlexValue.read(node.attributes().get(key).orElseThrow());
      }
    }
    throw new UnsupportedCase("FlexAttention: a Constant with " + node.attributes());
  }

  private static FlexValue cast(FlexNode node) {
    int to = node.attributes().integer("to", 1);
    Field from = node.field(0);
    if (to == TRUTH) {
      return new Truths(new Truth.Comparison(Relation.UNEQUAL, from.number(), ZERO));
    }
    boolean whole = WHOLE.contains(to);
    if (whole && !from.whole()) {
      return new Field(truncated(from.number()), true, from.where());
    }
    return node.input(0) instanceof Known known
        ? new Known(known.data(), known.shape(), whole)
        : new Field(from.number(), whole, from.where());
  }

  /// Towards zero.
  private static Numeric truncated(Numeric x) {
    Numeric below = new Unary(Unary.Function.FLOOR, x);
    Numeric above = negative(new Unary(Unary.Function.FLOOR, negative(x)));
    return new Numeric.Choice(new Truth.Comparison(Relation.LESS, x, ZERO), above, below);
  }

  private static Numeric negative(Numeric x) {
    return new Unary(Unary.Function.NEGATE, x);
  }

  private static FlexValue binary(FlexNode node, Binary.Function function) {
    if (node.inputs().size() != 2) {
      throw new UnsupportedCase(
          "FlexAttention: %s of %d inputs".formatted(node.operator(), node.inputs().size()));
    }
    if (node.input(0) instanceof Known a && node.input(1) instanceof Known b) {
      if (a.isScalar() && b.isScalar()) {
        return Known.scalar(apply(function, a.data()[0], b.data()[0]), a.whole() && b.whole());
      }
    }
    Field a = node.field(0);
    Field b = node.field(1);
    return new Field(
        new Binary(function, a.number(), b.number()), a.whole() && b.whole(), both(node, a, b));
  }

  private static double apply(Binary.Function function, double a, double b) {
    return switch (function) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MOD -> a - b * Math.floor(a / b);
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
    };
  }

  /// Where the result is no minus infinity: a sum with minus infinity is minus infinity.
  private static Truth both(FlexNode node, Field a, Field b) {
    if (b.where().equals(FlexValue.EVERYWHERE) && a.where().equals(FlexValue.EVERYWHERE)) {
      return FlexValue.EVERYWHERE;
    }
    boolean first = b.where().equals(FlexValue.EVERYWHERE);
    boolean second = a.where().equals(FlexValue.EVERYWHERE);
    boolean sum = node.operator().equals("Add");
    boolean scaled =
        Set.of("Mul", "Div").contains(node.operator())
            && first
            && b.number() instanceof Literal(double factor)
            && factor > 0;
    if (sum && !first && !second) {
      return new Truth.And(List.of(a.where(), b.where()));
    }
    if (first && (sum || scaled || node.operator().equals("Sub"))) {
      return a.where();
    }
    if (second && sum) {
      return b.where();
    }
    throw new UnsupportedCase(
        "FlexAttention: %s of what is minus infinity in places".formatted(node.operator()));
  }

  private static FlexValue divide(FlexNode node) {
    FlexValue quotient = binary(node, Binary.Function.DIVIDE);
    boolean whole =
        FlexValue.field(node.input(0), node.map()).whole()
            && FlexValue.field(node.input(1), node.map()).whole();
    if (!whole) {
      return quotient;
    }
    Field field = FlexValue.field(quotient, node.map());
    return quotient instanceof Known known
        ? Known.scalar((double) (long) known.data()[0], true)
        : new Field(truncated(field.number()), true, field.where());
  }

  private static FlexValue mod(FlexNode node) {
    if (node.attributes().integer("fmod", 0) != 0) {
      throw new UnsupportedCase("FlexAttention: Mod with the sign of the dividend");
    }
    return binary(node, Binary.Function.MOD);
  }

  private static FlexValue compare(FlexNode node, Relation relation) {
    return new Truths(
        new Truth.Comparison(relation, node.field(0).number(), node.field(1).number()));
  }

  private static Truth truth(FlexNode node, int index) {
    return switch (node.input(index)) {
      case Truths(Truth truth) -> truth;
      case Known known when known.isScalar() -> new Truth.Constant(known.data()[0] != 0);
      case FlexValue _ ->
          throw new UnsupportedCase("FlexAttention: %s of numbers".formatted(node.operator()));
    };
  }

  private static FlexValue where(FlexNode node) {
    Truth condition = truth(node, 0);
    if (node.input(2) instanceof Known known && known.isMinusInfinity()) {
      return masked(node.field(1), condition);
    }
    if (node.input(1) instanceof Known known && known.isMinusInfinity()) {
      return masked(node.field(2), new Truth.Not(condition));
    }
    if (node.input(1) instanceof Truths || node.input(2) instanceof Truths) {
      Truth then = new Truth.And(List.of(condition, truth(node, 1)));
      Truth otherwise = new Truth.And(List.of(new Truth.Not(condition), truth(node, 2)));
      return new Truths(new Truth.Or(List.of(then, otherwise)));
    }
    Field then = node.field(1);
    Field otherwise = node.field(2);
    return new Field(
        new Numeric.Choice(condition, then.number(), otherwise.number()),
        then.whole() && otherwise.whole(),
        both(node, then, otherwise));
  }

  private static Field masked(Field field, Truth condition) {
    Truth where =
        field.where().equals(FlexValue.EVERYWHERE)
            ? condition
            : new Truth.And(List.of(field.where(), condition));
    return new Field(field.number(), field.whole(), where);
  }

  private static FlexValue unary(FlexNode node) {
    Field of = node.field(0);
    Numeric x = of.number();
    Numeric y =
        switch (node.operator()) {
          case "Neg" -> negative(x);
          case "Abs" -> new Unary(Unary.Function.ABS, x);
          case "Exp" -> new Unary(Unary.Function.EXP, x);
          case "Log" -> new Unary(Unary.Function.LOG, x);
          case "Tanh" -> new Unary(Unary.Function.TANH, x);
          case "Floor" -> new Unary(Unary.Function.FLOOR, x);
          case "Ceil" -> negative(new Unary(Unary.Function.FLOOR, negative(x)));
          case "Sign" -> new Unary(Unary.Function.SIGN, x);
          case "Relu" -> new Binary(Binary.Function.MAX, x, ZERO);
          case "Reciprocal" -> new Binary(Binary.Function.DIVIDE, ONE, x);
          case "Sigmoid" ->
              new Binary(
                  Binary.Function.DIVIDE,
                  ONE,
                  new Binary(Binary.Function.ADD, ONE, new Unary(Unary.Function.EXP, negative(x))));
          default ->
              throw new UnsupportedCase(
                  "FlexAttention: a body with the operator '%s'".formatted(node.operator()));
        };
    if (!of.where().equals(FlexValue.EVERYWHERE)) {
      throw new UnsupportedCase(
          "FlexAttention: %s of what is minus infinity in places".formatted(node.operator()));
    }
    boolean keeps = Set.of("Neg", "Abs", "Relu", "Sign").contains(node.operator());
    return new Field(y, of.whole() && keeps);
  }
}
