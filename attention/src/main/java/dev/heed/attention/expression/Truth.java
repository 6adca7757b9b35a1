package dev.heed.attention.expression;

import java.util.List;

/// The half of the language whose values are true or false: a mask is true where a query sees a
/// key.
///
/// The named masks are abbreviations of comparisons; they stay nodes so that they print as they
/// were written, bound tiles tightly and run on whole numbers.
public sealed interface Truth extends Expression {
  /// Everything, or nothing.
  record Constant(boolean value) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `j <= i`.
  record Causal() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `abs(i - j) < width`; with `causal`, `width` keys including the query's own.
  record Window(int width) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `i < count | j < count`.
  record Global(int count) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `j < length`.
  record Prefix(int length) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `floor(i / size) = floor(j / size)`.
  record Chunk(int size) implements Truth {
    public Chunk {
      checkPositive("chunk", size);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `(i - j) mod step = 0`.
  record Dilated(int step) implements Truth {
    public Dilated {
      checkPositive("dilated", step);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// `doc_q = doc_k`.
  record Document() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// The key's index, not its position, is below the batch's number of keys.
  record Padding() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// The place belongs to the [VisibleSet] of the input.
  record Given() implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// Two numbers compared; a comparison with NaN is false, `!=` alone is true.
  record Comparison(Relation relation, Numeric left, Numeric right) implements Truth {
    public enum Relation {
      LESS("<"),
      AT_MOST("<="),
      GREATER(">"),
      AT_LEAST(">="),
      EQUAL("="),
      UNEQUAL("!=");

      private final String text;

      Relation(String text) {
        this.text = text;
      }

      public String text() {
        return text;
      }

      boolean test(double a, double b) {
        return switch (this) {
          case LESS -> a < b;
          case AT_MOST -> a <= b;
          case GREATER -> a > b;
          case AT_LEAST -> a >= b;
          case EQUAL -> a == b;
          case UNEQUAL -> a != b;
        };
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Not(Truth operand) implements Truth {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record And(List<Truth> operands) implements Truth {
    public And {
      operands = List.copyOf(operands);
      checkSeveral("&", operands);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  record Or(List<Truth> operands) implements Truth {
    public Or {
      operands = List.copyOf(operands);
      checkSeveral("|", operands);
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  @Override
  default int depth() {
    return switch (this) {
      case Constant _,
          Causal _,
          Window _,
          Global _,
          Prefix _,
          Chunk _,
          Dilated _,
          Document _,
          Padding _,
          Given _ ->
          1;
      case Comparison(_, Numeric left, Numeric right) -> 1 + Math.max(left.depth(), right.depth());
      case Not(Truth operand) -> 1 + operand.depth();
      case And(List<Truth> operands) -> 1 + deepest(operands);
      case Or(List<Truth> operands) -> 1 + deepest(operands);
    };
  }

  private static int deepest(List<Truth> operands) {
    return operands.stream().mapToInt(Truth::depth).max().orElse(0);
  }

  private static void checkPositive(String name, int number) {
    if (number < 1) {
      throw new ExpressionException(
          "%s(%d): the number must be at least 1".formatted(name, number));
    }
  }

  private static void checkSeveral(String operator, List<Truth> operands) {
    if (operands.size() < 2) {
      throw new ExpressionException(
          "'%s' joins at least two truths, got %s".formatted(operator, operands));
    }
  }
}
