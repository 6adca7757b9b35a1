package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Choice;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import java.util.List;
import java.util.Locale;

/// Writes expressions with no more parentheses than reading them back needs.
final class Printer {
  /// How tightly a form binds; an operand that binds less tightly than its place asks for is put in
  /// parentheses.
  private static final int OR = 0;

  private static final int AND = 1;
  private static final int COMPARISON = 2;
  private static final int SUM = 3;
  private static final int PRODUCT = 4;
  private static final int PREFIX = 5;
  private static final int PRIMARY = 6;

  private Printer() {}

  static String print(Expression expression) {
    return switch (expression) {
      case Truth truth -> truth(truth);
      case Numeric number -> number(number);
    };
  }

  private static String truth(Truth truth) {
    return switch (truth) {
      case Truth.Constant(boolean value) -> value ? "true" : "false";
      case Truth.Causal() -> "causal";
      case Truth.Window(int width) -> "window(%d)".formatted(width);
      case Truth.Global(int count) -> "global(%d)".formatted(count);
      case Truth.Prefix(int length) -> "prefix(%d)".formatted(length);
      case Truth.Chunk(int size) -> "chunk(%d)".formatted(size);
      case Truth.Dilated(int step) -> "dilated(%d)".formatted(step);
      case Truth.Previous(int size) -> "previous(%d)".formatted(size);
      case Truth.Strided(int step) -> "strided(%d)".formatted(step);
      case Truth.Fixed(int size, int count) -> "fixed(%d, %d)".formatted(size, count);
      case Truth.RandomBlocks(int count, int size, int seed, int blocks) ->
          blocks == 0
              ? "random(%d, %d, %d)".formatted(count, size, seed)
              : "random(%d, %d, %d, %d)".formatted(count, size, seed, blocks);
      case Truth.Grid(int width, int radius) -> "grid(%d, %d)".formatted(width, radius);
      case Truth.Document() -> "document";
      case Truth.Padding() -> "padding";
      case Truth.Front(int count) -> "front(%d)".formatted(count);
      case Truth.Given() -> "given";
      case Truth.Comparison(var relation, Numeric left, Numeric right) ->
          within(left, SUM) + " " + relation.text() + " " + within(right, SUM);
      case Truth.Not(Truth operand) -> "!" + within(operand, PREFIX);
      case Truth.And(List<Truth> operands) -> join(operands, " & ", COMPARISON);
      case Truth.Or(List<Truth> operands) -> join(operands, " | ", AND);
    };
  }

  private static String number(Numeric number) {
    return switch (number) {
      case Literal(double value) -> literal(value);
      case Symbol symbol -> symbol.text();
      case Parameter(String name) -> name;
      case Unary(var function, Numeric operand) ->
          function == Unary.Function.NEGATE
              ? "-"
                  + (operand instanceof Literal
                      ? "(" + number(operand) + ")"
                      : within(operand, PREFIX))
              : "%s(%s)".formatted(function.name().toLowerCase(Locale.ROOT), number(operand));
      case Choice(Truth condition, Numeric then, Numeric otherwise) ->
          "if(%s, %s, %s)".formatted(truth(condition), number(then), number(otherwise));
      case Binary(var function, Numeric left, Numeric right) ->
          switch (function) {
            case ADD -> within(left, SUM) + " + " + within(right, PRODUCT);
            case SUBTRACT -> within(left, SUM) + " - " + within(right, PRODUCT);
            case MULTIPLY -> within(left, PRODUCT) + " * " + within(right, PREFIX);
            case DIVIDE -> within(left, PRODUCT) + " / " + within(right, PREFIX);
            case MOD -> within(left, PRODUCT) + " mod " + within(right, PREFIX);
            case MIN -> "min(%s, %s)".formatted(number(left), number(right));
            case MAX -> "max(%s, %s)".formatted(number(left), number(right));
          };
    };
  }

  private static String literal(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String join(List<Truth> operands, String separator, int place) {
    return String.join(
        separator, operands.stream().map(operand -> within(operand, place)).toList());
  }

  private static String within(Expression operand, int place) {
    return tightness(operand) < place ? "(" + print(operand) + ")" : print(operand);
  }

  private static int tightness(Expression expression) {
    return switch (expression) {
      case Truth.Or _ -> OR;
      case Truth.And _ -> AND;
      case Truth.Comparison _ -> COMPARISON;
      case Truth.Not _ -> PREFIX;
      case Truth _ -> PRIMARY;
      case Unary(var function, _) -> function == Unary.Function.NEGATE ? PREFIX : PRIMARY;
      case Binary(var function, _, _) ->
          switch (function) {
            case ADD, SUBTRACT -> SUM;
            case MULTIPLY, DIVIDE, MOD -> PRODUCT;
            case MIN, MAX -> PRIMARY;
          };
      case Literal(double value) -> value < 0 ? PREFIX : PRIMARY;
      case Numeric _ -> PRIMARY;
    };
  }
}
