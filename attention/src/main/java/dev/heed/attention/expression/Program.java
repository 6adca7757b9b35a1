package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Choice;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import java.util.Arrays;
import java.util.List;

/// A mask compiled to operations on rows of keys, one call a node and row; loops over arrays,
/// without a branch inside, that the compiler turns into lanes.
public final class Program {
  private final Truths root;
  private final int depth;

  /// Writes -1 (true) or 0 (false) for each key of a row.
  private interface Truths {
    void fill(Place place, Scratch scratch, int level, int[] out, int at);
  }

  /// Writes a number for each key of a row.
  private interface Numbers {
    void fill(Place place, Scratch scratch, int level, double[] out);
  }

  private Program(Truths root, int depth) {
    this.root = root;
    this.depth = depth;
  }

  public static Program of(Truth truth) {
    return new Program(compile(truth), truth.depth());
  }

  /// Memory for evaluating this program on rows of up to `count` keys; one thread uses it at a
  /// time.
  public Scratch scratch(int count) {
    return new Scratch(depth + 1, count);
  }

  /// Writes for each key of the row, from `at` on, -1 where the query sees it and 0 where not.
  public void fill(Place place, Scratch scratch, int[] visible, int at) {
    root.fill(place, scratch, 0, visible, at);
  }

  /// Rows of intermediate values, one a level of the expression.
  public static final class Scratch {
    private final int[][] truths;
    private final double[][] numbers;
    private final int count;
    final NamedRows.Draws draws = new NamedRows.Draws();

    private Scratch(int levels, int count) {
      this.truths = new int[levels][];
      this.numbers = new double[2 * levels][];
      this.count = count;
    }

    int[] truths(int level) {
      if (truths[level] == null) {
        truths[level] = new int[count];
      }
      return truths[level];
    }

    double[] numbers(int level) {
      if (numbers[level] == null) {
        numbers[level] = new double[count];
      }
      return numbers[level];
    }
  }

  private static Truths compile(Truth truth) {
    return switch (truth) {
      case Truth.Constant(boolean value) ->
          (place, _, _, out, at) -> Arrays.fill(out, at, at + place.count, value ? -1 : 0);
      case Truth.Causal _ -> (place, _, _, out, at) -> NamedRows.causal(place, out, at);
      case Truth.Window(int width) ->
          (place, _, _, out, at) -> NamedRows.window(width, place, out, at);
      case Truth.Global(int count) ->
          (place, _, _, out, at) -> NamedRows.global(count, place, out, at);
      case Truth.Prefix(int length) ->
          (place, _, _, out, at) -> NamedRows.prefix(length, place, out, at);
      case Truth.Chunk(int size) -> (place, _, _, out, at) -> NamedRows.chunk(size, place, out, at);
      case Truth.Dilated(int step) ->
          (place, _, _, out, at) -> NamedRows.dilated(step, place, out, at);
      case Truth.Previous(int size) ->
          (place, _, _, out, at) -> NamedRows.previous(size, place, out, at);
      case Truth.Strided(int step) ->
          (place, _, _, out, at) -> NamedRows.strided(step, place, out, at);
      case Truth.Fixed(int size, int count) ->
          (place, _, _, out, at) -> NamedRows.fixed(size, count, place, out, at);
      case Truth.RandomBlocks random ->
          (place, scratch, _, out, at) -> NamedRows.random(scratch.draws, random, place, out, at);
      case Truth.Grid(int width, int radius) ->
          (place, _, _, out, at) -> NamedRows.grid(width, radius, place, out, at);
      case Truth.Document _ -> (place, _, _, out, at) -> NamedRows.document(place, out, at);
      case Truth.Padding _ ->
          (place, _, _, out, at) -> NamedRows.below(place.length, place, out, at);
      case Truth.Front(int count) ->
          (place, _, _, out, at) -> NamedRows.below(count, place, out, at);
      case Truth.Given _ -> (place, _, _, out, at) -> place.given.fill(place, out, at);
      case Truth.Comparison comparison -> compare(comparison);
      case Truth.Not(Truth operand) -> not(compile(operand));
      case Truth.And(List<Truth> operands) -> and(operands.stream().map(Program::compile).toList());
      case Truth.Or(List<Truth> operands) -> or(operands.stream().map(Program::compile).toList());
    };
  }

  private static Truths not(Truths operand) {
    return (place, scratch, level, out, at) -> {
      operand.fill(place, scratch, level, out, at);
      for (int n = at; n < at + place.count; n++) {
        out[n] = ~out[n];
      }
    };
  }

  private static Truths and(List<Truths> operands) {
    return (place, scratch, level, out, at) -> {
      operands.getFirst().fill(place, scratch, level, out, at);
      int[] other = scratch.truths(level);
      for (Truths operand : operands.subList(1, operands.size())) {
        operand.fill(place, scratch, level + 1, other, 0);
        for (int n = 0; n < place.count; n++) {
          out[at + n] &= other[n];
        }
      }
    };
  }

  private static Truths or(List<Truths> operands) {
    return (place, scratch, level, out, at) -> {
      operands.getFirst().fill(place, scratch, level, out, at);
      int[] other = scratch.truths(level);
      for (Truths operand : operands.subList(1, operands.size())) {
        operand.fill(place, scratch, level + 1, other, 0);
        for (int n = 0; n < place.count; n++) {
          out[at + n] |= other[n];
        }
      }
    };
  }

  private static Truths compare(Truth.Comparison comparison) {
    Numbers left = compile(comparison.left());
    Numbers right = compile(comparison.right());
    Truth.Comparison.Relation relation = comparison.relation();
    return (place, scratch, level, out, at) -> {
      double[] a = scratch.numbers(2 * level);
      double[] b = scratch.numbers(2 * level + 1);
      left.fill(place, scratch, level + 1, a);
      right.fill(place, scratch, level + 1, b);
      NumberRows.compare(relation, NumberRows.Operands.of(relation, a, b, place.count), out, at);
    };
  }

  private static Numbers compile(Numeric number) {
    return switch (number) {
      case Literal(double value) -> (place, _, _, out) -> Arrays.fill(out, 0, place.count, value);
      case Symbol symbol -> symbol(symbol);
      case Parameter(String name) ->
          throw new ExpressionException(
              "the parameter '%s' has no value in a mask".formatted(name));
      case Unary(var function, Numeric operand) -> unary(function, compile(operand));
      case Binary(var function, Numeric left, Numeric right) ->
          binary(function, compile(left), compile(right));
      case Choice(Truth condition, Numeric then, Numeric otherwise) ->
          choose(compile(condition), compile(then), compile(otherwise));
    };
  }

  private static Numbers symbol(Symbol symbol) {
    return switch (symbol) {
      case I -> (place, _, _, out) -> Arrays.fill(out, 0, place.count, place.i);
      case J -> (place, _, _, out) -> widen(place.kPos, place.kFrom, out, place.count);
      case H -> (place, _, _, out) -> Arrays.fill(out, 0, place.count, place.head);
      case DOC_Q -> (place, _, _, out) -> Arrays.fill(out, 0, place.count, place.docQ);
      case DOC_K -> (place, _, _, out) -> widen(place.docK, place.docFrom, out, place.count);
      case S -> throw new ExpressionException("'s' is the score, which a mask cannot read");
    };
  }

  private static void widen(int[] numbers, int from, double[] out, int count) {
    for (int n = 0; n < count; n++) {
      out[n] = numbers[from + n];
    }
  }

  private static Numbers choose(Truths condition, Numbers then, Numbers otherwise) {
    return (place, scratch, level, out) -> {
      then.fill(place, scratch, level + 1, out);
      double[] other = scratch.numbers(2 * level);
      otherwise.fill(place, scratch, level + 1, other);
      int[] when = scratch.truths(level);
      condition.fill(place, scratch, level + 1, when, 0);
      NumberRows.choose(when, out, other, place.count);
    };
  }

  private static Numbers unary(Unary.Function function, Numbers operand) {
    return (place, scratch, level, out) -> {
      operand.fill(place, scratch, level, out);
      NumberRows.apply(function, out, place.count);
    };
  }

  private static Numbers binary(Binary.Function function, Numbers left, Numbers right) {
    return (place, scratch, level, out) -> {
      left.fill(place, scratch, level, out);
      double[] other = scratch.numbers(2 * level);
      right.fill(place, scratch, level + 1, other);
      NumberRows.apply(function, out, other, place.count);
    };
  }
}
