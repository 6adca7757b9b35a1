package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Row kernels on lanes.
///
/// The numbers that do not fill a vector go through the same functions under a mask, so a number's
/// result does not depend on where in a row it stands. Sums run in as many lanes as there are, and
/// in four chains where an addition has to wait for the one before.
final class VectorRows implements Rows {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final float SQRT_2_OVER_PI = (float) Math.sqrt(2 / Math.PI);
  private static final float CUBIC = 0.044715f;

  private static VectorMask<Float> rest(int i, int length) {
    return SPECIES.indexInRange(i, length);
  }

  @Override
  public void add(
      float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, aFrom + i)
          .add(FloatVector.fromArray(SPECIES, b, bFrom + i))
          .intoArray(out, outFrom + i);
    }
    for (; i < length; i++) {
      out[outFrom + i] = a[aFrom + i] + b[bFrom + i];
    }
  }

  @Override
  public void multiply(
      float[] a, int aFrom, float[] b, int bFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, aFrom + i)
          .mul(FloatVector.fromArray(SPECIES, b, bFrom + i))
          .intoArray(out, outFrom + i);
    }
    for (; i < length; i++) {
      out[outFrom + i] = a[aFrom + i] * b[bFrom + i];
    }
  }

  @Override
  public void addScaled(float factor, float[] a, int aFrom, float[] out, int outFrom, int length) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, aFrom + i)
          .fma(factors, FloatVector.fromArray(SPECIES, out, outFrom + i))
          .intoArray(out, outFrom + i);
    }
    for (; i < length; i++) {
      out[outFrom + i] = Math.fma(factor, a[aFrom + i], out[outFrom + i]);
    }
  }

  @Override
  public void scale(float factor, float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, aFrom + i).mul(factor).intoArray(out, outFrom + i);
    }
    for (; i < length; i++) {
      out[outFrom + i] = factor * a[aFrom + i];
    }
  }

  @Override
  public void softCap(float cap, float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      capped(cap, FloatVector.fromArray(SPECIES, a, aFrom + i)).intoArray(out, outFrom + i);
    }
    if (i < length) {
      softCapRest(cap, a, aFrom + i, out, outFrom + i, length - i);
    }
  }

  private static void softCapRest(
      float cap, float[] a, int aFrom, float[] out, int outFrom, int count) {
    VectorMask<Float> mask = rest(0, count);
    capped(cap, FloatVector.fromArray(SPECIES, a, aFrom, mask)).intoArray(out, outFrom, mask);
  }

  private static FloatVector capped(float cap, FloatVector x) {
    return VectorMath.tanh(x.div(cap)).mul(cap);
  }

  @Override
  public void softmax(float[] a, int aFrom, float[] out, int outFrom, int length) {
    float maximum = maximum(a, aFrom, length);
    if (maximum == Float.NEGATIVE_INFINITY) {
      softmaxOfNothing(a, aFrom, out, outFrom, length);
      return;
    }
    float sum = powers(maximum, a, aFrom, out, outFrom, length);
    scale(1 / sum, out, outFrom, out, outFrom, length);
  }

  /// Of a row without a number above -∞: zeros, NaN where there is one.
  private static void softmaxOfNothing(float[] a, int aFrom, float[] out, int outFrom, int length) {
    float sum = 0;
    for (int i = 0; i < length; i++) {
      sum += a[aFrom + i];
    }
    Arrays.fill(out, outFrom, outFrom + length, Float.isNaN(sum) ? Float.NaN : 0);
  }

  /// The largest number that is not NaN, -∞ if there is none.
  private static float maximum(float[] a, int aFrom, int length) {
    FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aFrom + i);
      largest = largest.blend(x, x.compare(GT, largest));
    }
    float maximum = largest.reduceLanes(MAX);
    for (; i < length; i++) {
      maximum = a[aFrom + i] > maximum ? a[aFrom + i] : maximum;
    }
    return maximum;
  }

  /// `out = e^(a - maximum)`; returns its sum. What does not fill a vector goes through one that is
  /// filled up with nothing.
  private static float powers(
      float maximum, float[] a, int aFrom, float[] out, int outFrom, int length) {
    int whole = SPECIES.loopBound(length);
    float[] room = new float[LANES];
    float sum = VectorMath.powers(maximum, a, aFrom, out, outFrom, whole, room);
    if (whole < length) {
      float[] last = new float[LANES];
      Arrays.fill(last, Float.NEGATIVE_INFINITY);
      System.arraycopy(a, aFrom + whole, last, 0, length - whole);
      sum += VectorMath.powers(maximum, last, 0, last, 0, LANES, room);
      System.arraycopy(last, 0, out, outFrom + whole, length - whole);
    }
    return sum;
  }

  @Override
  public void layerNorm(
      Row a, float[] gain, float[] bias, float epsilon, Row out, int rows, int length) {
    float[] lanes = new float[LANES];
    for (int row = 0; row < rows; row++) {
      int from = a.from() + row * length;
      float mean = sum(a.array(), from, length, lanes) / length;
      float variance = squares(mean, a.array(), from, length, lanes) / length;
      float factor = (float) (1 / Math.sqrt(variance + epsilon));
      int to = out.from() + row * length;
      int done = normalize(mean, factor, a.array(), from, gain, bias, out.array(), to, length);
      for (int i = done; i < length; i++) {
        out.array()[to + i] = (a.array()[from + i] - mean) * factor * gain[i] + bias[i];
      }
    }
  }

  private static int normalize(
      float mean,
      float factor,
      float[] a,
      int from,
      float[] gain,
      float[] bias,
      float[] out,
      int to,
      int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, from + i)
          .sub(mean)
          .mul(factor)
          .fma(FloatVector.fromArray(SPECIES, gain, i), FloatVector.fromArray(SPECIES, bias, i))
          .intoArray(out, to + i);
    }
    return i;
  }

  private static float sum(float[] a, int from, int length, float[] lanes) {
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    int i = 0;
    for (; i <= length - 2 * LANES; i += 2 * LANES) {
      first = first.add(FloatVector.fromArray(SPECIES, a, from + i));
      second = second.add(FloatVector.fromArray(SPECIES, a, from + i + LANES));
    }
    first.add(second).intoArray(lanes, 0);
    float sum = VectorMath.sum(lanes);
    for (; i < length; i++) {
      sum += a[from + i];
    }
    return sum;
  }

  /// The sum of `(a - mean)²`.
  private static float squares(float mean, float[] a, int from, int length, float[] lanes) {
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    int i = 0;
    for (; i <= length - 2 * LANES; i += 2 * LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, from + i).sub(mean);
      FloatVector y = FloatVector.fromArray(SPECIES, a, from + i + LANES).sub(mean);
      first = x.fma(x, first);
      second = y.fma(y, second);
    }
    first.add(second).intoArray(lanes, 0);
    float sum = VectorMath.sum(lanes);
    for (; i < length; i++) {
      float centred = a[from + i] - mean;
      sum += centred * centred;
    }
    return sum;
  }

  @Override
  public void rmsNorm(Row a, float[] gain, float epsilon, Row out, int rows, int length) {
    float[] lanes = new float[LANES];
    for (int row = 0; row < rows; row++) {
      int from = a.from() + row * length;
      int to = out.from() + row * length;
      float squares = squares(0, a.array(), from, length, lanes);
      float factor = (float) (1 / Math.sqrt(squares / length + epsilon));
      int done = multiply(factor, a.array(), from, gain, out.array(), to, length);
      for (int i = done; i < length; i++) {
        out.array()[to + i] = a.array()[from + i] * factor * gain[i];
      }
    }
  }

  private static int multiply(
      float factor, float[] a, int from, float[] gain, float[] out, int to, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, from + i)
          .mul(factor)
          .mul(FloatVector.fromArray(SPECIES, gain, i))
          .intoArray(out, to + i);
    }
    return i;
  }

  @Override
  public void geluErf(float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      VectorMath.timesNormal(FloatVector.fromArray(SPECIES, a, aFrom + i))
          .intoArray(out, outFrom + i);
    }
    if (i < length) {
      geluErfRest(a, aFrom + i, out, outFrom + i, length - i);
    }
  }

  private static void geluErfRest(float[] a, int aFrom, float[] out, int outFrom, int count) {
    VectorMask<Float> mask = rest(0, count);
    VectorMath.timesNormal(FloatVector.fromArray(SPECIES, a, aFrom, mask))
        .intoArray(out, outFrom, mask);
  }

  @Override
  public void geluTanh(float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      geluTanh(FloatVector.fromArray(SPECIES, a, aFrom + i)).intoArray(out, outFrom + i);
    }
    if (i < length) {
      geluTanhRest(a, aFrom + i, out, outFrom + i, length - i);
    }
  }

  private static void geluTanhRest(float[] a, int aFrom, float[] out, int outFrom, int count) {
    VectorMask<Float> mask = rest(0, count);
    geluTanh(FloatVector.fromArray(SPECIES, a, aFrom, mask)).intoArray(out, outFrom, mask);
  }

  /// `(1 + tanh y) / 2` is the logistic function of `2 y`.
  private static FloatVector geluTanh(FloatVector x) {
    FloatVector twice = x.mul(x).mul(CUBIC).fma(x, x).mul(2 * SQRT_2_OVER_PI);
    return VectorMath.timesLogistic(x, twice);
  }

  @Override
  public void silu(float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aFrom + i);
      VectorMath.timesLogistic(x, x).intoArray(out, outFrom + i);
    }
    if (i < length) {
      siluRest(a, aFrom + i, out, outFrom + i, length - i);
    }
  }

  private static void siluRest(float[] a, int aFrom, float[] out, int outFrom, int count) {
    VectorMask<Float> mask = rest(0, count);
    FloatVector x = FloatVector.fromArray(SPECIES, a, aFrom, mask);
    VectorMath.timesLogistic(x, x).intoArray(out, outFrom, mask);
  }

  @Override
  public void relu(float[] a, int aFrom, float[] out, int outFrom, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, aFrom + i).max(0).intoArray(out, outFrom + i);
    }
    for (; i < length; i++) {
      out[outFrom + i] = Math.max(a[aFrom + i], 0);
    }
  }

  @Override
  public void rotate(Row x, int step, int apart, Row cosine, Row sine, int pairs) {
    if (step != 1) {
      new ScalarRows().rotate(x, step, apart, cosine, sine, pairs);
      return;
    }
    int p = 0;
    for (; p <= pairs - LANES; p += LANES) {
      int at = x.from() + p;
      FloatVector first = FloatVector.fromArray(SPECIES, x.array(), at);
      FloatVector second = FloatVector.fromArray(SPECIES, x.array(), at + apart);
      FloatVector cos = FloatVector.fromArray(SPECIES, cosine.array(), cosine.from() + p);
      FloatVector sin = FloatVector.fromArray(SPECIES, sine.array(), sine.from() + p);
      first.mul(cos).sub(second.mul(sin)).intoArray(x.array(), at);
      first.mul(sin).add(second.mul(cos)).intoArray(x.array(), at + apart);
    }
    if (p < pairs) {
      Row last = new Row(x.array(), x.from() + p);
      Row lastCosine = new Row(cosine.array(), cosine.from() + p);
      Row lastSine = new Row(sine.array(), sine.from() + p);
      new ScalarRows().rotate(last, step, apart, lastCosine, lastSine, pairs - p);
    }
  }
}
