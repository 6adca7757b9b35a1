package dev.heed.attention.expression;

import java.util.Locale;

/// The half of the language whose values are numbers.
public sealed interface Numeric extends Expression {
  /// A finite number, written out.
  record Literal(double value) implements Numeric {
    public Literal {
      if (!Double.isFinite(value)) {
        throw new ExpressionException(
            "%s is no number to write; it must be finite".formatted(value));
      }
      value += 0.0; // there is one zero
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// A value that a place of the attention map has.
  enum Symbol implements Numeric {
    /// The position of the query.
    I,
    /// The position of the key.
    J,
    /// The query head.
    H,
    /// The score; not in masks.
    S,
    /// The document of the query.
    DOC_Q,
    /// The document of the key.
    DOC_K;

    /// As it is written, `doc_q`.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /// A number that the call gives by name, once or for each head.
  record Parameter(String name) implements Numeric {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// A function of one number.
  record Unary(Function function, Numeric operand) implements Numeric {
    public enum Function {
      NEGATE,
      FLOOR,
      ABS,
      /// -1, 0 or 1.
      SIGN,
      EXP,
      LOG,
      TANH;

      double apply(double x) {
        return switch (this) {
          case NEGATE -> -x;
          case FLOOR -> Math.floor(x);
          case ABS -> Math.abs(x);
          case SIGN -> Math.signum(x);
          case EXP -> Math.exp(x);
          case LOG -> Math.log(x);
          case TANH -> Math.tanh(x);
        };
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// A function of two numbers.
  record Binary(Function function, Numeric left, Numeric right) implements Numeric {
    public enum Function {
      ADD,
      SUBTRACT,
      MULTIPLY,
      DIVIDE,
      /// The remainder that has the sign of the divisor: `a - b * floor(a / b)`.
      MOD,
      MIN,
      MAX;

      double apply(double a, double b) {
        return switch (this) {
          case ADD -> a + b;
          case SUBTRACT -> a - b;
          case MULTIPLY -> a * b;
          case DIVIDE -> a / b;
          case MOD -> a - b * Math.floor(a / b);
          case MIN -> Math.min(a, b);
          case MAX -> Math.max(a, b);
        };
      }
    }

    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  /// One number where something is true, another where not.
  record Choice(Truth condition, Numeric then, Numeric otherwise) implements Numeric {
    @Override
    public String toString() {
      return Printer.print(this);
    }
  }

  @Override
  default int depth() {
    return switch (this) {
      case Literal _, Symbol _, Parameter _ -> 1;
      case Unary(_, Numeric operand) -> 1 + operand.depth();
      case Binary(_, Numeric left, Numeric right) -> 1 + Math.max(left.depth(), right.depth());
      case Choice(Truth condition, Numeric then, Numeric otherwise) ->
          1 + Math.max(condition.depth(), Math.max(then.depth(), otherwise.depth()));
    };
  }
}
