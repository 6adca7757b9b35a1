package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.attention.expression.Truth.Comparison;
import dev.heed.attention.expression.Truth.Comparison.Relation;
import java.util.List;

/// What the named masks abbreviate, for conditions inside of numbers.
final class Definition {
  private static final Numeric DISTANCE = binary(Binary.Function.SUBTRACT, Symbol.I, Symbol.J);

  private Definition() {}

  /// A truth in which constants, comparisons and what joins them are left.
  static Truth of(Truth truth) {
    return switch (truth) {
      case Truth.Constant _, Comparison _ -> truth;
      case Truth.Causal _ -> new Comparison(Relation.AT_MOST, Symbol.J, Symbol.I);
      case Truth.Window(int width) -> within(width);
      case Truth.Global(int count) -> either(below(Symbol.I, count), below(Symbol.J, count));
      case Truth.Prefix(int length) -> below(Symbol.J, length);
      case Truth.Chunk(int size) -> equal(block(Symbol.I, size), block(Symbol.J, size));
      case Truth.Previous(int size) -> equal(before(Symbol.I, size), block(Symbol.J, size));
      case Truth.Dilated(int step) -> multiple(step);
      case Truth.Strided(int step) -> either(within(step), multiple(step));
      case Truth.Fixed(int size, int count) -> either(of(new Truth.Chunk(size)), last(size, count));
      case Truth.Grid(int width, int radius) -> grid(width, radius);
      case Truth.Document _ -> equal(Symbol.DOC_Q, Symbol.DOC_K);
      case Truth.Not(Truth operand) -> new Truth.Not(of(operand));
      case Truth.And(List<Truth> operands) ->
          new Truth.And(operands.stream().map(Definition::of).toList());
      case Truth.Or(List<Truth> operands) ->
          new Truth.Or(operands.stream().map(Definition::of).toList());
      case Truth.Padding _, Truth.Given _, Truth.RandomBlocks _, Truth.Front _ ->
          throw new ExpressionException(
              "'%s' cannot stand in a number; a mask is its place".formatted(truth));
    };
  }

  private static Truth within(int width) {
    return new Comparison(
        Relation.LESS, new Unary(Unary.Function.ABS, DISTANCE), new Literal(width));
  }

  private static Truth below(Numeric number, int limit) {
    return new Comparison(Relation.LESS, number, new Literal(limit));
  }

  private static Truth equal(Numeric a, Numeric b) {
    return new Comparison(Relation.EQUAL, a, b);
  }

  private static Truth either(Truth a, Truth b) {
    return new Truth.Or(List.of(a, b));
  }

  private static Truth multiple(int step) {
    return equal(binary(Binary.Function.MOD, DISTANCE, new Literal(step)), new Literal(0));
  }

  private static Truth last(int size, int count) {
    Numeric within = binary(Binary.Function.MOD, Symbol.J, new Literal(size));
    return new Comparison(Relation.AT_LEAST, within, new Literal(size - count));
  }

  private static Truth grid(int width, int radius) {
    Literal columns = new Literal(width);
    return new Truth.And(
        List.of(
            near(block(Symbol.I, width), block(Symbol.J, width), radius),
            near(
                binary(Binary.Function.MOD, Symbol.I, columns),
                binary(Binary.Function.MOD, Symbol.J, columns),
                radius)));
  }

  private static Truth near(Numeric a, Numeric b, int radius) {
    Numeric distance = new Unary(Unary.Function.ABS, binary(Binary.Function.SUBTRACT, a, b));
    return new Comparison(Relation.AT_MOST, distance, new Literal(radius));
  }

  private static Numeric block(Numeric position, int size) {
    return new Unary(
        Unary.Function.FLOOR, binary(Binary.Function.DIVIDE, position, new Literal(size)));
  }

  private static Numeric before(Numeric position, int size) {
    return binary(Binary.Function.SUBTRACT, block(position, size), new Literal(1));
  }

  private static Numeric binary(Binary.Function function, Numeric a, Numeric b) {
    return new Binary(function, a, b);
  }
}
