package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Choice;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.attention.expression.Truth.Comparison;
import dev.heed.attention.expression.Truth.Comparison.Relation;

/// Derivatives, found by the rules of the calculus.
///
/// Where a function has a step or a corner, as `floor`, `sign` and comparisons have one, `abs`,
/// `min` and `max` the other, the derivative is that beside it: none of a step, 0 of `abs` at 0,
/// that of the first where two are equal.
public final class Derivative {
  private static final Literal ZERO = new Literal(0);
  private static final Literal ONE = new Literal(1);

  private final Numeric by;

  private Derivative(Numeric by) {
    this.by = by;
  }

  /// The derivative by the score.
  public static Numeric byScore(Numeric number) {
    return new Derivative(Symbol.S).of(number);
  }

  /// The derivative by a parameter.
  public static Numeric byParameter(Numeric number, String name) {
    return new Derivative(new Parameter(name)).of(number);
  }

  private Numeric of(Numeric number) {
    return switch (number) {
      case Literal _ -> ZERO;
      case Symbol _, Parameter _ -> number.equals(by) ? ONE : ZERO;
      case Unary unary -> unary(unary);
      case Binary binary -> binary(binary);
      case Choice(Truth condition, Numeric then, Numeric otherwise) ->
          choose(condition, of(then), of(otherwise));
    };
  }

  private Numeric unary(Unary whole) {
    Numeric x = whole.operand();
    Numeric slope = of(x);
    return isZero(slope)
        ? ZERO
        : switch (whole.function()) {
          case NEGATE -> negate(slope);
          case FLOOR, SIGN -> ZERO;
          case ABS -> times(new Unary(Unary.Function.SIGN, x), slope);
          case EXP -> times(whole, slope);
          case LOG -> over(slope, x);
          case TANH -> times(minus(ONE, times(whole, whole)), slope);
        };
  }

  private Numeric binary(Binary whole) {
    Numeric a = whole.left();
    Numeric b = whole.right();
    Numeric da = of(a);
    Numeric db = of(b);
    return switch (whole.function()) {
      case ADD -> plus(da, db);
      case SUBTRACT -> minus(da, db);
      case MULTIPLY -> plus(times(da, b), times(a, db));
      case DIVIDE -> over(minus(da, times(whole, db)), b);
      case MOD ->
          minus(
              da,
              times(new Unary(Unary.Function.FLOOR, new Binary(Binary.Function.DIVIDE, a, b)), db));
      case MIN -> choose(new Comparison(Relation.AT_MOST, a, b), da, db);
      case MAX -> choose(new Comparison(Relation.AT_LEAST, a, b), da, db);
    };
  }

  private static boolean isZero(Numeric number) {
    return number.equals(ZERO);
  }

  private static boolean isOne(Numeric number) {
    return number instanceof Literal(double value) && value == 1;
  }

  private static Numeric choose(Truth condition, Numeric then, Numeric otherwise) {
    return then instanceof Literal && then.equals(otherwise)
        ? then
        : new Choice(condition, then, otherwise);
  }

  private static Numeric negate(Numeric x) {
    return switch (x) {
      case Literal(double value) -> new Literal(-value);
      case Unary(var function, Numeric operand) when function == Unary.Function.NEGATE -> operand;
      default -> new Unary(Unary.Function.NEGATE, x);
    };
  }

  private static Numeric plus(Numeric a, Numeric b) {
    return isZero(a) ? b : isZero(b) ? a : folded(new Binary(Binary.Function.ADD, a, b));
  }

  private static Numeric minus(Numeric a, Numeric b) {
    return isZero(b)
        ? a
        : isZero(a) ? negate(b) : folded(new Binary(Binary.Function.SUBTRACT, a, b));
  }

  private static Numeric times(Numeric a, Numeric b) {
    if (isZero(a) || isZero(b)) {
      return ZERO;
    }
    return isOne(a) ? b : isOne(b) ? a : folded(new Binary(Binary.Function.MULTIPLY, a, b));
  }

  private static Numeric over(Numeric a, Numeric b) {
    return isZero(a) ? ZERO : isOne(b) ? a : folded(new Binary(Binary.Function.DIVIDE, a, b));
  }

  private static Numeric folded(Binary number) {
    if (number.left() instanceof Literal(double a) && number.right() instanceof Literal(double b)) {
      double value = number.function().apply(a, b);
      return Double.isFinite(value) ? new Literal(value) : number;
    }
    return number;
  }
}
