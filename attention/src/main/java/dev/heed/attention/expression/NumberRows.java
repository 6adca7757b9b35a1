package dev.heed.attention.expression;

import dev.heed.attention.expression.Numeric.Binary;
import dev.heed.attention.expression.Numeric.Unary;
import dev.heed.attention.expression.Truth.Comparison.Relation;

/// The functions of numbers and their comparisons on rows: which one is decided once a row, so that
/// the loops have nothing in them but their operation.
final class NumberRows {
  private NumberRows() {}

  /// `x = function(x)`.
  static void apply(Unary.Function function, double[] x, int count) {
    switch (function) {
      case NEGATE -> {
        for (int n = 0; n < count; n++) {
          x[n] = -x[n];
        }
      }
      case FLOOR -> {
        for (int n = 0; n < count; n++) {
          x[n] = Math.floor(x[n]);
        }
      }
      case ABS -> {
        for (int n = 0; n < count; n++) {
          x[n] = Math.abs(x[n]);
        }
      }
      case SIGN, EXP, LOG, TANH -> {
        for (int n = 0; n < count; n++) {
          x[n] = function.apply(x[n]);
        }
      }
    }
  }

  /// `a = function(a, b)`.
  static void apply(Binary.Function function, double[] a, double[] b, int count) {
    switch (function) {
      case ADD -> {
        for (int n = 0; n < count; n++) {
          a[n] += b[n];
        }
      }
      case SUBTRACT -> {
        for (int n = 0; n < count; n++) {
          a[n] -= b[n];
        }
      }
      case MULTIPLY -> {
        for (int n = 0; n < count; n++) {
          a[n] *= b[n];
        }
      }
      case DIVIDE -> {
        for (int n = 0; n < count; n++) {
          a[n] /= b[n];
        }
      }
      case MOD -> {
        for (int n = 0; n < count; n++) {
          a[n] -= b[n] * Math.floor(a[n] / b[n]);
        }
      }
      case MIN -> {
        for (int n = 0; n < count; n++) {
          a[n] = Math.min(a[n], b[n]);
        }
      }
      case MAX -> {
        for (int n = 0; n < count; n++) {
          a[n] = Math.max(a[n], b[n]);
        }
      }
    }
  }

  /// `a = condition ? a : b`, with conditions of -1 and 0.
  static void choose(int[] condition, double[] a, double[] b, int count) {
    for (int n = 0; n < count; n++) {
      a[n] = condition[n] != 0 ? a[n] : b[n];
    }
  }

  /// Writes -1 where the relation holds and 0 where not, from `at` on.
  static void compare(Relation relation, Operands operands, int[] out, int at) {
    double[] a = operands.a;
    double[] b = operands.b;
    switch (relation) {
      case LESS, GREATER -> less(a, b, out, at, operands.count);
      case AT_MOST, AT_LEAST -> atMost(a, b, out, at, operands.count);
      case EQUAL -> {
        for (int n = 0; n < operands.count; n++) {
          out[at + n] = a[n] == b[n] ? -1 : 0;
        }
      }
      case UNEQUAL -> {
        for (int n = 0; n < operands.count; n++) {
          out[at + n] = a[n] == b[n] ? 0 : -1;
        }
      }
    }
  }

  private static void less(double[] a, double[] b, int[] out, int at, int count) {
    for (int n = 0; n < count; n++) {
      out[at + n] = a[n] < b[n] ? -1 : 0;
    }
  }

  private static void atMost(double[] a, double[] b, int[] out, int at, int count) {
    for (int n = 0; n < count; n++) {
      out[at + n] = a[n] <= b[n] ? -1 : 0;
    }
  }

  /// Two rows to compare.
  record Operands(double[] a, double[] b, int count) {
    /// In the order that makes the relation one of `<`, `<=`, `=`, `!=`.
    static Operands of(Relation relation, double[] left, double[] right, int count) {
      return switch (relation) {
        case GREATER, AT_LEAST -> new Operands(right, left, count);
        case LESS, AT_MOST, EQUAL, UNEQUAL -> new Operands(left, right, count);
      };
    }
  }
}
