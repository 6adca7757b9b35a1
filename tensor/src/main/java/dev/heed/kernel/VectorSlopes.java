package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.heed.kernel.Rows.Row;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// `dx = dy f'(x)` on lanes, a block at a time: first what the derivatives of one family share,
/// then the rest, each in a loop of its own. Whole vectors only; [#chain] fills up the last one.
enum VectorSlopes {
  /// `σ (1 + x (1 - σ))`, `σ` the logistic function of `x`.
  SILU {
    @Override
    void slopes(float[] x, int xFrom, float[] out, int length) {
      logistic(1, 0, x, xFrom, out, length);
      times(0, x, xFrom, out, length);
    }
  },
  /// As SILU, `σ` of `u = 2 √(2/π) (x + 0.044715 x³)`, and `x u'` in the place of `x`.
  GELU_TANH {
    @Override
    void slopes(float[] x, int xFrom, float[] out, int length) {
      logistic(LINEAR, LINEAR * CUBIC, x, xFrom, out, length);
      times(CUBIC, x, xFrom, out, length);
    }
  },
  /// `1 - tanh² x`, which is `4 σ (1 - σ)` with `σ` of `2 x`.
  TANH {
    @Override
    void slopes(float[] x, int xFrom, float[] out, int length) {
      logistic(2, 0, x, xFrom, out, length);
      for (int i = 0; i < length; i += LANES) {
        FloatVector share = FloatVector.fromArray(SPECIES, out, i);
        share.mul(-4).mul(share.sub(1)).intoArray(out, i);
      }
    }
  },
  /// `Φ(x) + x φ(x)`, the normal distribution function and its density.
  GELU_ERF {
    @Override
    void slopes(float[] x, int xFrom, float[] out, int length) {
      bells(x, xFrom, out, length);
      for (int i = 0; i < length; i += LANES) {
        FloatVector number = FloatVector.fromArray(SPECIES, x, xFrom + i);
        FloatVector bell = FloatVector.fromArray(SPECIES, out, i);
        VectorMask<Float> below = number.compare(LT, 0);
        FloatVector size = number.blend(number.neg(), below);
        FloatVector t = size.mul(0.4f * 0.70710677f).add(1);
        t = FloatVector.broadcast(SPECIES, 1).div(t);
        FloatVector tail = t.mul(T8).add(T7);
        tail = tail.mul(t).add(T6);
        tail = tail.mul(t).add(T5);
        tail = tail.mul(t).add(T4);
        tail = tail.mul(t).add(T3);
        tail = tail.mul(t).add(T2);
        tail = tail.mul(t).add(T1);
        tail = tail.mul(t).add(T0).mul(t).mul(0.5f).mul(bell);
        FloatVector share = tail.neg().add(1).blend(tail, below);
        bell.mul(DENSITY).mul(number).add(share).intoArray(out, i);
      }
    }
  };

  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int BLOCK = 256;

  private static final float LINEAR = (float) (2 * Math.sqrt(2 / Math.PI));
  private static final float CUBIC = 0.044715f;
  private static final float DENSITY = (float) (1 / Math.sqrt(2 * Math.PI));

  /// Beyond `±FAR` all of these derivatives are 0 or 1 to the last bit, and `e^(FAR³)` would not be
  /// a number.
  private static final float FAR = 30;

  // see VectorMath.exp2 and VectorMath.scaledTail
  private static final float ROUNDING = 12582912f;
  private static final int WHOLE = 127 - Float.floatToRawIntBits(ROUNDING);
  private static final float C1 = 0.693147f;
  private static final float C2 = 0.24022242f;
  private static final float C3 = 0.055507336f;
  private static final float C4 = 0.009671513f;
  private static final float C5 = 0.0013264727f;
  private static final float T0 = 0.22567587f;
  private static final float T1 = 0.22566958f;
  private static final float T2 = 0.20784305f;
  private static final float T3 = 0.16853975f;
  private static final float T4 = 0.1414387f;
  private static final float T5 = -0.0056206863f;
  private static final float T6 = 0.1690987f;
  private static final float T7 = -0.18290845f;
  private static final float T8 = 0.0502636f;

  /// `out = f'(x)` for whole vectors, at most a block of them.
  abstract void slopes(float[] x, int xFrom, float[] out, int length);

  /// `dx = dy f'(factor x)`. A block that is not whole vectors is copied, so that the derivatives
  /// are called at one place: two of them inlined are more than the compiler takes.
  ///
  /// @param room two blocks of floats to write to, slopes first
  void chain(float factor, Row x, Row dy, Row dx, int length, float[] room) {
    for (int i = 0; i < length; i += BLOCK) {
      int count = Math.min(BLOCK, length - i);
      int padded = SPECIES.loopBound(count + LANES - 1);
      boolean copied = factor != 1 || padded > count;
      if (copied) {
        scale(factor, x.array(), x.from() + i, room, count);
      }
      slopes(copied ? room : x.array(), copied ? BLOCK : x.from() + i, room, padded);
      multiply(room, dy.array(), dy.from() + i, dx.array(), dx.from() + i, count);
    }
  }

  private static void scale(float factor, float[] x, int xFrom, float[] room, int length) {
    for (int i = 0; i < length; i++) {
      room[BLOCK + i] = x[xFrom + i] * factor;
    }
  }

  private static void multiply(
      float[] slopes, float[] dy, int dyFrom, float[] dx, int dxFrom, int length) {
    for (int i = 0; i < length; i++) {
      dx[dxFrom + i] = slopes[i] * dy[dyFrom + i];
    }
  }

  /// `out = σ(linear x + cubic x³)`.
  private static void logistic(
      float linear, float cubic, float[] x, int xFrom, float[] out, int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector near = FloatVector.fromArray(SPECIES, x, xFrom + i);
      near = near.blend(FAR, near.compare(GT, FAR));
      near = near.blend(-FAR, near.compare(LT, -FAR));
      FloatVector y = near.mul(near).mul(-cubic).add(-linear).mul(near).mul(VectorMath.LOG2_E);
      y = y.blend(126, y.compare(GT, 126));
      y = y.blend(-126, y.compare(LT, -126));
      FloatVector whole = y.add(ROUNDING);
      FloatVector rest = y.sub(whole.sub(ROUNDING));
      FloatVector power = rest.mul(C5).add(C4);
      power = power.mul(rest).add(C3);
      power = power.mul(rest).add(C2);
      power = power.mul(rest).add(C1);
      power = power.mul(rest).add(1);
      IntVector exponent = whole.reinterpretAsInts().add(WHOLE).lanewise(LSHL, 23);
      power = power.mul(exponent.reinterpretAsFloats()).add(1);
      FloatVector.broadcast(SPECIES, 1).div(power).intoArray(out, i);
    }
  }

  /// `out = σ + x (a + 3 a c x²) σ (1 - σ)` for `σ` in `out`; `a` is 1 where the cubic part `c` is
  /// 0.
  private static void times(float cubic, float[] x, int xFrom, float[] out, int length) {
    float linear = cubic == 0 ? 1 : LINEAR;
    for (int i = 0; i < length; i += LANES) {
      FloatVector near = FloatVector.fromArray(SPECIES, x, xFrom + i);
      near = near.blend(FAR, near.compare(GT, FAR));
      near = near.blend(-FAR, near.compare(LT, -FAR));
      FloatVector inner = near.mul(near).mul(3 * cubic * linear).add(linear).mul(near);
      FloatVector share = FloatVector.fromArray(SPECIES, out, i);
      FloatVector other = share.neg().add(1);
      inner.mul(other).add(1).mul(share).intoArray(out, i);
    }
  }

  /// `out = e^(-x² / 2)`.
  private static void bells(float[] x, int xFrom, float[] out, int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector number = FloatVector.fromArray(SPECIES, x, xFrom + i);
      FloatVector y = number.mul(number).mul(-0.5f * VectorMath.LOG2_E);
      y = y.blend(-127, y.compare(LT, -127));
      FloatVector whole = y.add(ROUNDING);
      FloatVector rest = y.sub(whole.sub(ROUNDING));
      FloatVector power = rest.mul(C5).add(C4);
      power = power.mul(rest).add(C3);
      power = power.mul(rest).add(C2);
      power = power.mul(rest).add(C1);
      power = power.mul(rest).add(1);
      IntVector exponent = whole.reinterpretAsInts().add(WHOLE).lanewise(LSHL, 23);
      power.mul(exponent.reinterpretAsFloats()).intoArray(out, i);
    }
  }
}
