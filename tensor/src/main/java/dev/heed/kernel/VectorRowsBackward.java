package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.CounterRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Backward row kernels on lanes. Each loop over lanes is written out in a method of its own, and
/// sums leave it through an array, so that no vector is ever boxed.
final class VectorRowsBackward implements RowsBackward {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int BLOCK = 1024;
  private static final ScalarRowsBackward SCALAR = new ScalarRowsBackward();

  @Override
  public void geluErf(Row x, Row dy, Row dx, int length, float[] room) {
    VectorSlopes.GELU_ERF.chain(1, x, dy, dx, length, room);
  }

  @Override
  public void geluTanh(Row x, Row dy, Row dx, int length, float[] room) {
    VectorSlopes.GELU_TANH.chain(1, x, dy, dx, length, room);
  }

  @Override
  public void silu(Row x, Row dy, Row dx, int length, float[] room) {
    VectorSlopes.SILU.chain(1, x, dy, dx, length, room);
  }

  @Override
  public void tanh(Row x, Row dy, Row dx, int length, float[] room) {
    VectorSlopes.TANH.chain(1, x, dy, dx, length, room);
  }

  @Override
  public void softCap(float cap, Row x, Row dy, Row dx, int length, float[] room) {
    VectorSlopes.TANH.chain(1 / cap, x, dy, dx, length, room);
  }

  @Override
  public void relu(Row x, Row dy, Row dx, int length) {
    int whole = SPECIES.loopBound(length);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      VectorMask<Float> above =
          FloatVector.fromArray(SPECIES, x.array(), x.from() + i).compare(GT, 0);
      FloatVector upstream = FloatVector.fromArray(SPECIES, dy.array(), dy.from() + i);
      zero.blend(upstream, above).intoArray(dx.array(), dx.from() + i);
    }
    for (int i = whole; i < length; i++) {
      dx.array()[dx.from() + i] = x.array()[x.from() + i] > 0 ? dy.array()[dy.from() + i] : 0;
    }
  }

  @Override
  public void layerNorm(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length) {
    float[] lanes = new float[2 * LANES];
    for (int row = 0; row < rows; row++) {
      int at = x.from() + row * length;
      int dyAt = dy.from() + row * length;
      float mean = total(x.array(), at, length, lanes) / length;
      float variance = squares(mean, x.array(), at, length, lanes) / length;
      float factor = (float) (1 / Math.sqrt(variance + epsilon));
      addGains(mean, factor, x.array(), at, dy.array(), dyAt, sums, length);
      addRow(dy.array(), dyAt, sums.array(), sums.from() + length, length);
      products(mean, x.array(), at, gain, dy.array(), dyAt, length, lanes);
      // dx = c g - c mean(g) - c n mean(g n), n = c (x - mean)
      float shift = factor * sum(lanes, 0) / length;
      float slope = factor * factor * factor * sum(lanes, LANES) / length;
      put(lanes, factor, slope, mean, shift);
      combine(lanes, gain, x, dy, dx, row * length, length);
    }
  }

  @Override
  public void rmsNorm(
      Row x, float[] gain, float epsilon, Row dy, Row dx, Row sums, int rows, int length) {
    float[] lanes = new float[2 * LANES];
    for (int row = 0; row < rows; row++) {
      int at = x.from() + row * length;
      int dyAt = dy.from() + row * length;
      float squares = squares(0, x.array(), at, length, lanes);
      float factor = (float) (1 / Math.sqrt(squares / length + epsilon));
      addGains(0, factor, x.array(), at, dy.array(), dyAt, sums, length);
      products(0, x.array(), at, gain, dy.array(), dyAt, length, lanes);
      float slope = factor * factor * factor * sum(lanes, LANES) / length;
      put(lanes, factor, slope, 0, 0);
      combine(lanes, gain, x, dy, dx, row * length, length);
    }
  }

  /// The sum of the lanes of a vector, halves onto halves; destroys them.
  private static float sum(float[] lanes, int from) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[from + i] += lanes[from + i + half];
      }
    }
    return lanes[from];
  }

  private static float total(float[] a, int from, int length, float[] lanes) {
    FloatVector first = FloatVector.zero(SPECIES);
    FloatVector second = first;
    int i = 0;
    for (; i <= length - 2 * LANES; i += 2 * LANES) {
      first = first.add(FloatVector.fromArray(SPECIES, a, from + i));
      second = second.add(FloatVector.fromArray(SPECIES, a, from + i + LANES));
    }
    for (; i < length; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, length);
      first = first.add(FloatVector.fromArray(SPECIES, a, from + i, mask));
    }
    first.add(second).intoArray(lanes, 0);
    return sum(lanes, 0);
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
    for (; i < length; i += LANES) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, length);
      FloatVector x = FloatVector.fromArray(SPECIES, a, from + i, mask).sub(mean, mask);
      first = x.fma(x, first);
    }
    first.add(second).intoArray(lanes, 0);
    return sum(lanes, 0);
  }

  /// `sums += dy (x - mean) factor`.
  private static void addGains(
      float mean, float factor, float[] x, int at, float[] dy, int dyAt, Row sums, int length) {
    float[] out = sums.array();
    int to = sums.from();
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, at + i)
          .sub(mean)
          .mul(factor)
          .fma(
              FloatVector.fromArray(SPECIES, dy, dyAt + i),
              FloatVector.fromArray(SPECIES, out, to + i))
          .intoArray(out, to + i);
    }
    for (; i < length; i++) {
      out[to + i] = Math.fma((x[at + i] - mean) * factor, dy[dyAt + i], out[to + i]);
    }
  }

  private static void addRow(float[] a, int from, float[] out, int to, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, a, from + i)
          .add(FloatVector.fromArray(SPECIES, out, to + i))
          .intoArray(out, to + i);
    }
    for (; i < length; i++) {
      out[to + i] += a[from + i];
    }
  }

  /// The lanes of `Σ g` and of `Σ g (x - mean)`, `g = dy gain`.
  private static void products(
      float mean,
      float[] x,
      int at,
      float[] gain,
      float[] dy,
      int dyAt,
      int length,
      float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector product = sum;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector g =
          FloatVector.fromArray(SPECIES, dy, dyAt + i).mul(FloatVector.fromArray(SPECIES, gain, i));
      sum = sum.add(g);
      product = FloatVector.fromArray(SPECIES, x, at + i).sub(mean).fma(g, product);
    }
    if (i < length) {
      VectorMask<Float> mask = SPECIES.indexInRange(i, length);
      FloatVector g =
          FloatVector.fromArray(SPECIES, dy, dyAt + i, mask)
              .mul(FloatVector.fromArray(SPECIES, gain, i, mask));
      sum = sum.add(g);
      product = FloatVector.fromArray(SPECIES, x, at + i, mask).sub(mean, mask).fma(g, product);
    }
    sum.intoArray(lanes, 0);
    product.intoArray(lanes, LANES);
  }

  private static void put(float[] numbers, float factor, float slope, float mean, float shift) {
    numbers[0] = factor;
    numbers[1] = slope;
    numbers[2] = mean;
    numbers[3] = shift;
  }

  /// `dx = factor dy gain - slope (x - mean) - shift` for the row that begins `skip` numbers on.
  private static void combine(
      float[] numbers, float[] gain, Row x, Row dy, Row dx, int skip, int length) {
    float factor = numbers[0];
    float slope = -numbers[1];
    float mean = numbers[2];
    float shift = numbers[3];
    float[] in = x.array();
    float[] above = dy.array();
    float[] out = dx.array();
    int at = x.from() + skip;
    int dyAt = dy.from() + skip;
    int to = dx.from() + skip;
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector g =
          FloatVector.fromArray(SPECIES, above, dyAt + i)
              .mul(FloatVector.fromArray(SPECIES, gain, i));
      FloatVector centred = FloatVector.fromArray(SPECIES, in, at + i).sub(mean);
      g.mul(factor).add(centred.mul(slope)).sub(shift).intoArray(out, to + i);
    }
    for (; i < length; i++) {
      out[to + i] = above[dyAt + i] * gain[i] * factor + (in[at + i] - mean) * slope - shift;
    }
  }

  @Override
  public void addColumns(float[] a, int aFrom, int rows, float[] sums, int sumsFrom, int length) {
    int row = 0;
    for (; row + 4 <= rows; row += 4) {
      addFourRows(a, aFrom + row * length, sums, sumsFrom, length);
    }
    for (; row < rows; row++) {
      addRow(a, aFrom + row * length, sums, sumsFrom, length);
    }
  }

  private static void addFourRows(float[] a, int from, float[] out, int to, int length) {
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector first =
          FloatVector.fromArray(SPECIES, a, from + i)
              .add(FloatVector.fromArray(SPECIES, a, from + length + i));
      FloatVector second =
          FloatVector.fromArray(SPECIES, a, from + 2 * length + i)
              .add(FloatVector.fromArray(SPECIES, a, from + 3 * length + i));
      FloatVector.fromArray(SPECIES, out, to + i).add(first.add(second)).intoArray(out, to + i);
    }
    for (; i < length; i++) {
      float first = a[from + i] + a[from + length + i];
      out[to + i] += first + (a[from + 2 * length + i] + a[from + 3 * length + i]);
    }
  }

  @Override
  public float sum(float[] a, int aFrom, int length) {
    return total(a, aFrom, length, new float[LANES]);
  }

  @Override
  public float logSum(float[] a, int aFrom, int length, float[] room) {
    float maximum = maximum(a, aFrom, length);
    if (maximum == Float.NEGATIVE_INFINITY) {
      return sum(a, aFrom, length);
    }
    double sum = 0;
    for (int i = 0; i < length; i += BLOCK) {
      int count = Math.min(BLOCK, length - i);
      int whole = SPECIES.loopBound(count);
      sum += VectorMath.powers(maximum, a, aFrom + i, room, LANES, whole, room);
      for (int n = whole; n < count; n++) {
        sum += Math.exp((double) a[aFrom + i + n] - maximum);
      }
    }
    return (float) (maximum + Math.log(sum));
  }

  /// The largest number that is not NaN, -∞ if there is none.
  private static float maximum(float[] a, int from, int length) {
    FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, from + i);
      largest = largest.blend(x, x.compare(GT, largest));
    }
    float maximum = largest.reduceLanes(MAX);
    for (; i < length; i++) {
      maximum = a[from + i] > maximum ? a[from + i] : maximum;
    }
    return maximum;
  }

  @Override
  public void exponentials(
      float factor,
      float logSum,
      float shift,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom,
      int length) {
    int whole = SPECIES.loopBound(length);
    stretched(factor, logSum, shift, a, aFrom, out, outFrom, whole);
    SCALAR.exponentials(
        factor, logSum, shift, a, aFrom + whole, out, outFrom + whole, length - whole);
  }

  /// For whole vectors, with the power of [VectorMath#powers].
  private static void stretched(
      float factor,
      float logSum,
      float shift,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom,
      int length) {
    for (int i = 0; i < length; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, a, aFrom + i).sub(logSum);
      FloatVector bounded = x.blend(VectorMath.NOTHING, x.compare(LT, VectorMath.LEAST_LOGISTIC));
      FloatVector shifted = bounded.mul(VectorMath.LOG2_E).add(VectorMath.ROUNDING);
      FloatVector whole = shifted.sub(VectorMath.ROUNDING);
      FloatVector rest =
          bounded.sub(whole.mul(VectorMath.LN_2)).sub(whole.mul(VectorMath.LN_2_REST));
      FloatVector power = rest.mul(VectorMath.E6).add(VectorMath.E5);
      power = power.mul(rest).add(VectorMath.E4);
      power = power.mul(rest).add(VectorMath.E3);
      power = power.mul(rest).add(VectorMath.E2);
      power = power.mul(rest.mul(rest)).add(rest).add(1f);
      IntVector exponent =
          shifted
              .reinterpretAsInts()
              .add(VectorMath.WHOLE)
              .lanewise(LSHL, VectorMath.EXPONENT_BITS);
      power = power.mul(exponent.reinterpretAsFloats());
      power.mul(factor).add(shift).intoArray(out, outFrom + i);
    }
  }

  // CounterRandom.bits of every index, then uniform() >= probability in whole numbers.
  @Override
  public void keep(CounterRandom random, int index, float probability, Row a, Row out, int length) {
    float factor = 1 / (1 - probability);
    int least = (int) Math.ceil(probability * 0x1p24);
    int whole = SPECIES.loopBound(length);
    IntVector numbers = IntVector.zero(INTS).addIndex(1).add(random.first() + index);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int i = 0; i < whole; i += LANES) {
      IntVector x = numbers;
      numbers = numbers.add(LANES);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(0x7feb352d);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(0x846ca68b);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).lanewise(XOR, random.second());
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).mul(0x7feb352d);
      x = x.lanewise(XOR, x.lanewise(LSHR, 15)).mul(0x846ca68b);
      x = x.lanewise(XOR, x.lanewise(LSHR, 16)).lanewise(LSHR, 8);
      VectorMask<Float> kept = x.compare(GE, least).cast(SPECIES);
      FloatVector scaled = FloatVector.fromArray(SPECIES, a.array(), a.from() + i).mul(factor);
      zero.blend(scaled, kept).intoArray(out.array(), out.from() + i);
    }
    Row from = new Row(a.array(), a.from() + whole);
    Row rest = new Row(out.array(), out.from() + whole);
    SCALAR.keep(random, index + whole, probability, from, rest, length - whole);
  }
}
