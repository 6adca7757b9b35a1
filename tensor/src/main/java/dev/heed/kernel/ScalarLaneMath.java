package dev.heed.kernel;

import dev.heed.kernel.TileCode.Operation;

/// The operations of tile code as they are defined.
final class ScalarLaneMath implements LaneMath {
  @Override
  public void apply(Operation operation, float[] a, float[] out, int length) {
    for (int n = 0; n < length; n++) {
      out[n] = of(operation, a[n]);
    }
  }

  private static float of(Operation operation, float x) {
    return switch (operation) {
      case NEGATE -> -x;
      case FLOOR -> (float) Math.floor(x);
      case ABS -> Math.abs(x);
      case SIGN -> Math.signum(x);
      case EXP -> (float) Math.exp(x);
      case LOG -> (float) Math.log(x);
      case TANH -> (float) Math.tanh(x);
      default -> throw new IllegalArgumentException(operation + " has not one operand");
    };
  }

  @Override
  public void apply(Operation operation, float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n++) {
      out[n] = of(operation, a[n], b[n]);
    }
  }

  private static float of(Operation operation, float a, float b) {
    return switch (operation) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / b;
      case MOD -> a - b * (float) Math.floor(a / b);
      case MIN -> Math.min(a, b);
      case MAX -> Math.max(a, b);
      case LESS -> a < b ? 1 : 0;
      case AT_MOST -> a <= b ? 1 : 0;
      case EQUAL -> a == b ? 1 : 0;
      default -> throw new IllegalArgumentException(operation + " has not two operands");
    };
  }

  @Override
  public void choose(float[] condition, float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n++) {
      out[n] = condition[n] != 0 ? a[n] : b[n];
    }
  }

  @Override
  public void distance(int[] i, int[] j, int jFrom, float[] out, int keys) {
    for (int s = 0; s < keys; s++) {
      for (int t = 0; t < QueryBlock.QUERIES; t++) {
        out[s * QueryBlock.QUERIES + t] = i[t] - j[jFrom + s];
      }
    }
  }

  @Override
  public void multiply(float[] numbers, float[] factors, int length) {
    for (int n = 0; n < length; n++) {
      numbers[n] = numbers[n] == 0 ? 0 : numbers[n] * factors[n];
    }
  }

  @Override
  public double dot(float[] a, float[] b, int length) {
    double sum = 0;
    for (int n = 0; n < length; n++) {
      sum += a[n] == 0 ? 0 : (double) a[n] * b[n];
    }
    return sum;
  }
}
