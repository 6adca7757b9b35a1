package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import dev.heed.kernel.TileCode.Operation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/// The operations of tile code on lanes; each loop is a method of its own.
final class VectorLaneMath implements LaneMath {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = SPECIES.vectorShape().withLanes(int.class);
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;

  /// From here on every float is whole.
  private static final float WHOLE = 1 << 23;

  @Override
  public void apply(Operation operation, float[] a, float[] out, int length) {
    switch (operation) {
      case NEGATE -> negate(a, out, length);
      case FLOOR -> floor(a, out, length);
      case ABS -> abs(a, out, length);
      case SIGN -> sign(a, out, length);
      case EXP -> VectorExponentials.exp(a, out, length);
      case LOG -> VectorExponentials.log(a, out, length);
      case TANH -> tanh(a, out, length);
      default -> throw new IllegalArgumentException(operation + " has not one operand");
    }
  }

  private static void negate(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n).neg().intoArray(out, n);
    }
  }

  private static void floor(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      FloatVector cut = (FloatVector) x.convert(VectorOperators.F2I, 0).convert(I2F, 0);
      FloatVector floor = cut.blend(cut.sub(1f), cut.compare(GT, x));
      x.blend(floor, x.lanewise(VectorOperators.ABS).compare(LT, WHOLE)).intoArray(out, n);
    }
  }

  private static void abs(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n).lanewise(VectorOperators.ABS).intoArray(out, n);
    }
  }

  private static void sign(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      x.blend(1f, x.compare(GT, 0f)).blend(-1f, x.compare(LT, 0f)).intoArray(out, n);
    }
  }

  private static void tanh(float[] a, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      VectorMath.tanh(FloatVector.fromArray(SPECIES, a, n)).intoArray(out, n);
    }
  }

  @Override
  public void apply(Operation operation, float[] a, float[] b, float[] out, int length) {
    switch (operation) {
      case ADD -> add(a, b, out, length);
      case SUBTRACT -> subtract(a, b, out, length);
      case MULTIPLY -> multiply(a, b, out, length);
      case DIVIDE -> divide(a, b, out, length);
      case MOD -> mod(a, b, out, length);
      case MIN -> min(a, b, out, length);
      case MAX -> max(a, b, out, length);
      case LESS -> less(a, b, out, length);
      case AT_MOST -> atMost(a, b, out, length);
      case EQUAL -> equal(a, b, out, length);
      default -> throw new IllegalArgumentException(operation + " has not two operands");
    }
  }

  private static void add(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .add(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void subtract(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .sub(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void multiply(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .mul(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void divide(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .div(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void mod(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      FloatVector y = FloatVector.fromArray(SPECIES, b, n);
      FloatVector times = x.div(y);
      FloatVector cut = (FloatVector) times.convert(VectorOperators.F2I, 0).convert(I2F, 0);
      FloatVector floor = cut.blend(cut.sub(1f), cut.compare(GT, times));
      floor = times.blend(floor, times.lanewise(VectorOperators.ABS).compare(LT, WHOLE));
      x.sub(y.mul(floor)).intoArray(out, n);
    }
  }

  private static void min(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .min(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void max(float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, a, n)
          .max(FloatVector.fromArray(SPECIES, b, n))
          .intoArray(out, n);
    }
  }

  private static void less(float[] a, float[] b, float[] out, int length) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      zero.blend(1f, x.compare(LT, FloatVector.fromArray(SPECIES, b, n))).intoArray(out, n);
    }
  }

  private static void atMost(float[] a, float[] b, float[] out, int length) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      zero.blend(1f, x.compare(LE, FloatVector.fromArray(SPECIES, b, n))).intoArray(out, n);
    }
  }

  private static void equal(float[] a, float[] b, float[] out, int length) {
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      zero.blend(1f, x.compare(EQ, FloatVector.fromArray(SPECIES, b, n))).intoArray(out, n);
    }
  }

  @Override
  public void choose(float[] condition, float[] a, float[] b, float[] out, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector when = FloatVector.fromArray(SPECIES, condition, n);
      FloatVector.fromArray(SPECIES, b, n)
          .blend(FloatVector.fromArray(SPECIES, a, n), when.compare(NE, 0f))
          .intoArray(out, n);
    }
  }

  @Override
  public void distance(int[] i, int[] j, int jFrom, float[] out, int keys) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      distance(i, lane, j, jFrom, out, keys);
    }
  }

  private static void distance(int[] i, int lane, int[] j, int jFrom, float[] out, int keys) {
    IntVector query = IntVector.fromArray(INTS, i, lane);
    for (int s = 0; s < keys; s++) {
      ((FloatVector) query.sub(j[jFrom + s]).convert(I2F, 0)).intoArray(out, s * QUERIES + lane);
    }
  }

  @Override
  public void multiply(float[] numbers, float[] factors, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, numbers, n);
      x.mul(FloatVector.fromArray(SPECIES, factors, n))
          .blend(0f, x.compare(EQ, 0f))
          .intoArray(numbers, n);
    }
  }

  @Override
  public double dot(float[] a, float[] b, int length) {
    float[] lanes = new float[LANES];
    dot(a, b, length, lanes);
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  private static void dot(float[] a, float[] b, int length, float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, n);
      FloatVector product = x.mul(FloatVector.fromArray(SPECIES, b, n));
      sum = sum.add(product.blend(0f, x.compare(EQ, 0f)));
    }
    sum.intoArray(lanes, 0);
  }
}
