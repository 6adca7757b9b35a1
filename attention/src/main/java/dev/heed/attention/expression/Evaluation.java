package dev.heed.attention.expression;

import java.util.function.ToDoubleFunction;

/// The value of a number at one place, in double precision, as the definitions read.
///
/// @param i position of the query
/// @param j position of the key
/// @param docQ document of the query
/// @param docK document of the key
/// @param head the query head
/// @param parameters the numbers of the head by name
public record Evaluation(
    int i, int j, int docQ, int docK, int head, ToDoubleFunction<String> parameters) {
  /// The value at a score.
  public double of(Numeric number, double score) {
    return switch (number) {
      case Numeric.Literal(double value) -> value;
      case Numeric.Symbol symbol ->
          switch (symbol) {
            case I -> i;
            case J -> j;
            case H -> head;
            case S -> score;
            case DOC_Q -> docQ;
            case DOC_K -> docK;
          };
      case Numeric.Parameter(String name) -> parameters.applyAsDouble(name);
      case Numeric.Unary(var function, Numeric operand) -> function.apply(of(operand, score));
      case Numeric.Binary(var function, Numeric left, Numeric right) ->
          function.apply(of(left, score), of(right, score));
      case Numeric.Choice(Truth condition, Numeric then, Numeric otherwise) ->
          of(isTrue(Definition.of(condition), score) ? then : otherwise, score);
    };
  }

  private boolean isTrue(Truth truth, double score) {
    return switch (truth) {
      case Truth.Constant(boolean value) -> value;
      case Truth.Comparison(var relation, Numeric left, Numeric right) ->
          relation.test(of(left, score), of(right, score));
      case Truth.Not(Truth operand) -> !isTrue(operand, score);
      case Truth.And(var operands) -> operands.stream().allMatch(each -> isTrue(each, score));
      case Truth.Or(var operands) -> operands.stream().anyMatch(each -> isTrue(each, score));
      default -> isTrue(Definition.of(truth), score);
    };
  }
}
