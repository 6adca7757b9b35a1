package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Choice;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;

/// The numbers that a form can take in an area: from `low` to `high`, and NaN as well where `nan`
/// says so.
///
/// Bounds are found with the same rounded operations that evaluate a single place. Each of them is
/// monotone in each operand, rounding included, so a bound holds for every place without widening.
record Interval(double low, double high, boolean nan) {
  private static final Interval ANYTHING =
      new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);

  static Cover cover(Truth.Comparison comparison, Area area) {
    Interval a = of(comparison.left(), area);
    Interval b = of(comparison.right(), area);
    boolean nan = a.nan || b.nan;
    return switch (comparison.relation()) {
      case LESS -> ordered(a.high < b.low, a.low >= b.high, nan);
      case AT_MOST -> ordered(a.high <= b.low, a.low > b.high, nan);
      case GREATER -> ordered(a.low > b.high, a.high <= b.low, nan);
      case AT_LEAST -> ordered(a.low >= b.high, a.high < b.low, nan);
      case EQUAL -> equal(a, b, nan);
      case UNEQUAL -> equal(a, b, nan).not();
    };
  }

  private static Cover ordered(boolean always, boolean never, boolean nan) {
    return never ? Cover.EMPTY : always && !nan ? Cover.FULL : Cover.PARTIAL;
  }

  private static Cover equal(Interval a, Interval b, boolean nan) {
    if (a.high < b.low || b.high < a.low) {
      return Cover.EMPTY;
    }
    boolean single = a.low == a.high && b.low == b.high && a.low == b.low;
    return single && !nan ? Cover.FULL : Cover.PARTIAL;
  }

  static Interval of(Numeric number, Area area) {
    return switch (number) {
      case Literal(double value) -> new Interval(value, value, false);
      case Symbol symbol -> symbol(symbol, area);
      case Parameter _ -> ANYTHING;
      case Unary(var function, Numeric operand) -> unary(function, of(operand, area));
      case Binary(var function, Numeric left, Numeric right) ->
          binary(function, of(left, area), of(right, area));
      case Choice(Truth condition, Numeric then, Numeric otherwise) ->
          switch (area.cover(condition)) {
            case FULL -> of(then, area);
            case EMPTY -> of(otherwise, area);
            case PARTIAL -> of(then, area).hull(of(otherwise, area));
          };
    };
  }

  private static Interval symbol(Symbol symbol, Area area) {
    return switch (symbol) {
      case I -> of(area.queries().i());
      case J -> of(area.keys().j());
      case DOC_Q -> of(area.queries().doc());
      case DOC_K -> of(area.keys().doc());
      case H -> new Interval(area.head().h(), area.head().h(), false);
      case S -> ANYTHING;
    };
  }

  private static Interval of(Area.Range range) {
    return new Interval(range.low(), range.high(), false);
  }

  private static Interval unary(Unary.Function function, Interval x) {
    return switch (function) {
      case NEGATE -> new Interval(-x.high, -x.low, x.nan);
      case ABS -> {
        double least = x.low > 0 ? x.low : x.high < 0 ? -x.high : 0;
        yield new Interval(least, Math.max(Math.abs(x.low), Math.abs(x.high)), x.nan);
      }
      case LOG ->
          x.high < 0
              ? ANYTHING
              : new Interval(Math.log(Math.max(x.low, 0)), Math.log(x.high), x.nan || x.low < 0);
      case FLOOR, SIGN, EXP, TANH ->
          new Interval(function.apply(x.low), function.apply(x.high), x.nan);
    };
  }

  private static Interval binary(Binary.Function function, Interval a, Interval b) {
    if (a.isUnbounded() || b.isUnbounded()) {
      return ANYTHING;
    }
    boolean nan = a.nan || b.nan;
    return switch (function) {
      case ADD -> new Interval(a.low + b.low, a.high + b.high, nan);
      case SUBTRACT -> new Interval(a.low - b.high, a.high - b.low, nan);
      case MULTIPLY -> hull(nan, a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high);
      case DIVIDE ->
          b.low <= 0 && b.high >= 0
              ? ANYTHING
              : hull(nan, a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high);
      case MOD -> mod(a, b);
      case MIN -> new Interval(Math.min(a.low, b.low), Math.min(a.high, b.high), nan);
      case MAX -> new Interval(Math.max(a.low, b.low), Math.max(a.high, b.high), nan);
    };
  }

  private Interval hull(Interval other) {
    return new Interval(Math.min(low, other.low), Math.max(high, other.high), nan || other.nan);
  }

  /// Whether infinities, and with them NaN from two of them, can come in.
  private boolean isUnbounded() {
    return Double.isInfinite(low) || Double.isInfinite(high);
  }

  /// The remainder for a divisor that is one positive number: exact within one period, else the
  /// whole period.
  private static Interval mod(Interval a, Interval b) {
    if (b.low != b.high || !(b.low > 0) || a.nan || b.nan) {
      return ANYTHING;
    }
    double divisor = b.low;
    if (Math.floor(a.low / divisor) == Math.floor(a.high / divisor)) {
      return new Interval(
          Binary.Function.MOD.apply(a.low, divisor),
          Binary.Function.MOD.apply(a.high, divisor),
          false);
    }
    // Rounding can leave a remainder a little outside [0, divisor).
    double slack = Math.ulp(Math.max(Math.abs(a.low), Math.abs(a.high))) + Math.ulp(divisor);
    return new Interval(-slack, divisor + slack, false);
  }

  private static Interval hull(boolean nan, double... corners) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (double corner : corners) {
      low = Math.min(low, corner);
      high = Math.max(high, corner);
    }
    return new Interval(low, high, nan);
  }
}
