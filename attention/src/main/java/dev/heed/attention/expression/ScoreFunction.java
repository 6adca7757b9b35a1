package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Choice;
import dev.heed.attention.expression.Numeric.Literal;
import dev.heed.attention.expression.Numeric.Parameter;
import dev.heed.attention.expression.Numeric.Symbol;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.kernel.TileCode;
import dev.heed.kernel.TileCode.Operation;
import dev.heed.kernel.TileCode.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/// Numbers compiled to steps on rows of places; what several of them compute is computed once.
///
/// @param code the steps
/// @param uniforms what is the same at every place of a head, in the order of the code's registers
public record ScoreFunction(TileCode code, List<Numeric> uniforms) {
  public ScoreFunction {
    uniforms = List.copyOf(uniforms);
  }

  /// Compiles the numbers whose values are the results of the code, in their order.
  public static ScoreFunction of(List<Numeric> results) {
    Compiler compiler = new Compiler();
    List<Integer> values = results.stream().map(compiler::value).toList();
    return compiler.finish(values);
  }

  /// The parameters that a number reads, in the order in which they come.
  public static Set<String> parameters(Numeric number) {
    Set<String> names = new LinkedHashSet<>();
    collect(number, names);
    return names;
  }

  private static void collect(Numeric number, Set<String> names) {
    switch (number) {
      case Literal _, Symbol _ -> {}
      case Parameter(String name) -> names.add(name);
      case Unary(_, Numeric operand) -> collect(operand, names);
      case Binary(_, Numeric left, Numeric right) -> {
        collect(left, names);
        collect(right, names);
      }
      case Choice(Truth condition, Numeric then, Numeric otherwise) -> {
        collect(Definition.of(condition), names);
        collect(then, names);
        collect(otherwise, names);
      }
    }
  }

  private static void collect(Truth truth, Set<String> names) {
    switch (truth) {
      case Truth.Comparison(_, Numeric left, Numeric right) -> {
        collect(left, names);
        collect(right, names);
      }
      case Truth.Not(Truth operand) -> collect(operand, names);
      case Truth.And(var operands) -> operands.forEach(each -> collect(each, names));
      case Truth.Or(var operands) -> operands.forEach(each -> collect(each, names));
      default -> {}
    }
  }

  /// The values of the uniform numbers for a head.
  public float[] uniforms(Evaluation head) {
    float[] values = new float[uniforms.size()];
    for (int n = 0; n < values.length; n++) {
      values[n] = (float) head.of(uniforms.get(n), 0);
    }
    return values;
  }

  /// Numbers the values: 0 the score, -1, -2, ... what is uniform, 1, 2, ... what a step gives.
  private static final class Compiler {
    private final IdentityHashMap<Object, Integer> known = new IdentityHashMap<>();
    private final IdentityHashMap<Object, Boolean> uniform = new IdentityHashMap<>();
    private final Map<Step, Integer> same = new HashMap<>();
    private final Map<Numeric, Integer> numbers = new HashMap<>();
    private final List<Numeric> uniforms = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    int value(Numeric number) {
      Integer found = known.get(number);
      if (found == null) {
        found = isUniform(number) ? uniform(number) : compute(number);
        known.put(number, found);
      }
      return found;
    }

    private int uniform(Numeric number) {
      return numbers.computeIfAbsent(
          number,
          each -> {
            uniforms.add(each);
            return -uniforms.size();
          });
    }

    private boolean isUniform(Numeric number) {
      Boolean found = uniform.get(number);
      if (found == null) {
        found =
            switch (number) {
              case Literal _, Parameter _ -> true;
              case Symbol symbol -> symbol == Symbol.H;
              case Unary(_, Numeric operand) -> isUniform(operand);
              case Binary(_, Numeric left, Numeric right) -> isUniform(left) && isUniform(right);
              case Choice _ -> false;
            };
        uniform.put(number, found);
      }
      return found;
    }

    private int compute(Numeric number) {
      return switch (number) {
        case Symbol symbol ->
            switch (symbol) {
              case S -> 0;
              case I -> step(Operation.QUERY);
              case J -> step(Operation.KEY);
              case DOC_Q -> step(Operation.QUERY_DOCUMENT);
              case DOC_K -> step(Operation.KEY_DOCUMENT);
              case H -> throw new IllegalStateException("a head is uniform");
            };
        case Unary(var function, Numeric operand) ->
            step(Operation.valueOf(function.name()), value(operand));
        case Binary(var function, Numeric left, Numeric right) -> binary(function, left, right);
        case Choice(Truth condition, Numeric then, Numeric otherwise) ->
            step(Operation.CHOOSE, truth(Definition.of(condition)), value(then), value(otherwise));
        case Literal _, Parameter _ -> throw new IllegalStateException(number + " is uniform");
      };
    }

    private int binary(Binary.Function function, Numeric left, Numeric right) {
      if (function == Binary.Function.SUBTRACT && left == Symbol.I && right == Symbol.J) {
        return step(Operation.DISTANCE);
      }
      if (function == Binary.Function.SUBTRACT && left == Symbol.J && right == Symbol.I) {
        return step(Operation.NEGATE, step(Operation.DISTANCE));
      }
      return step(Operation.valueOf(function.name()), value(left), value(right));
    }

    /// A truth as 1 or 0.
    private int truth(Truth truth) {
      return switch (truth) {
        case Truth.Constant(boolean value) -> uniform(new Literal(value ? 1 : 0));
        case Truth.Comparison(var relation, Numeric a, Numeric b) ->
            switch (relation) {
              case LESS -> step(Operation.LESS, value(a), value(b));
              case AT_MOST -> step(Operation.AT_MOST, value(a), value(b));
              case GREATER -> step(Operation.LESS, value(b), value(a));
              case AT_LEAST -> step(Operation.AT_MOST, value(b), value(a));
              case EQUAL -> step(Operation.EQUAL, value(a), value(b));
              case UNEQUAL -> not(step(Operation.EQUAL, value(a), value(b)));
            };
        case Truth.Not(Truth operand) -> not(truth(operand));
        case Truth.And(var operands) -> joined(Operation.MIN, operands);
        case Truth.Or(var operands) -> joined(Operation.MAX, operands);
        default -> truth(Definition.of(truth));
      };
    }

    private int not(int truth) {
      return step(Operation.SUBTRACT, uniform(new Literal(1)), truth);
    }

    private int joined(Operation operation, List<Truth> operands) {
      int all = truth(operands.getFirst());
      for (Truth operand : operands.subList(1, operands.size())) {
        all = step(operation, all, truth(operand));
      }
      return all;
    }

    private int step(Operation operation, int... of) {
      int b = of.length > 1 ? of[1] : 0;
      int c = of.length > 2 ? of[2] : 0;
      Step step = new Step(operation, of.length > 0 ? of[0] : 0, b, c, 0);
      return same.computeIfAbsent(
          step,
          each -> {
            steps.add(each);
            return steps.size();
          });
    }

    /// Gives each value a register, and that of a value which is read no more to another.
    ScoreFunction finish(List<Integer> results) {
      int[] last = new int[steps.size() + 1];
      for (int n = 0; n < steps.size(); n++) {
        for (int operand : operands(steps.get(n))) {
          last[Math.max(0, operand)] = n;
        }
      }
      results.stream().filter(value -> value > 0).forEach(value -> last[value] = steps.size());
      int[] register = new int[steps.size() + 1];
      List<Integer> free = new ArrayList<>();
      List<Step> code = new ArrayList<>();
      int registers = 1 + uniforms.size();
      for (int n = 0; n < steps.size(); n++) {
        register[n + 1] = free.isEmpty() ? registers++ : free.removeLast();
        Step step = steps.get(n);
        code.add(
            new Step(
                step.operation(),
                place(step.a(), register),
                place(step.b(), register),
                place(step.c(), register),
                register[n + 1]));
        int now = n;
        IntStream.of(operands(step))
            .distinct()
            .filter(value -> value > 0 && last[value] == now)
            .forEach(value -> free.add(register[value]));
      }
      List<Integer> places = results.stream().map(value -> place(value, register)).toList();
      return new ScoreFunction(new TileCode(uniforms.size(), registers, code, places), uniforms);
    }

    private static int[] operands(Step step) {
      return IntStream.of(step.a(), step.b(), step.c())
          .limit(step.operation().operands())
          .toArray();
    }

    private static int place(int value, int[] register) {
      return value < 0 ? -value : value == 0 ? 0 : register[value];
    }
  }
}
