package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// What is observed of weights, with a query in each lane.
final class VectorObserverTiles implements ObserverTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void clean(QueryBlock block) {
    for (int lane = 0; lane < QUERIES && block.hidden; lane += LANES) {
      VectorBackwardTiles.hide(block.scores, lane, block.keys, block.visible);
    }
    for (int s = 0; s < block.keys && block.count < QUERIES; s++) {
      for (int t = block.count; t < QUERIES; t++) {
        block.scores[s * QUERIES + t] = 0;
      }
    }
  }

  @Override
  public void addInformation(QueryBlock block, float[] sums) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addInformation(block.scores, lane, block.keys, sums);
    }
  }

  /// The logarithm is written out, see [VectorMath#powers].
  private static void addInformation(float[] weights, int lane, int keys, float[] sums) {
    FloatVector total = FloatVector.zero(SPECIES);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector w = FloatVector.fromArray(SPECIES, weights, at);
      IntVector bits = w.reinterpretAsInts().sub(VectorWeights.LOG_ORIGIN);
      FloatVector exponent = (FloatVector) bits.lanewise(ASHR, 23).convert(I2F, 0);
      FloatVector f =
          bits.lanewise(AND, VectorWeights.MANTISSA)
              .add(VectorWeights.LOG_ORIGIN)
              .reinterpretAsFloats()
              .sub(1f);
      FloatVector log = f.mul(VectorWeights.L9).add(VectorWeights.L8);
      log = log.mul(f).add(VectorWeights.L7);
      log = log.mul(f).add(VectorWeights.L6);
      log = log.mul(f).add(VectorWeights.L5);
      log = log.mul(f).add(VectorWeights.L4);
      log = log.mul(f).add(VectorWeights.L3);
      log = log.mul(f).add(-0.5f).mul(f.mul(f)).add(f);
      log = exponent.mul(VectorWeights.LN_2).add(log);
      total = total.sub(log.mul(w).blend(0f, w.compare(LE, 0f)));
    }
    FloatVector.fromArray(SPECIES, sums, lane).add(total).intoArray(sums, lane);
  }

  @Override
  public void raise(QueryBlock block, float[] maxima) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      raise(block.scores, lane, block.keys, maxima);
    }
  }

  private static void raise(float[] weights, int lane, int keys, float[] maxima) {
    FloatVector largest = FloatVector.fromArray(SPECIES, maxima, lane);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      largest = largest.max(FloatVector.fromArray(SPECIES, weights, at));
    }
    largest.intoArray(maxima, lane);
  }

  @Override
  public void addDistance(QueryBlock block, int[] i, int iFrom, int[] j, int jFrom, float[] sums) {
    int[] positions = block.positions;
    System.arraycopy(i, iFrom, positions, 0, block.count);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addDistance(block, lane, positions, j, jFrom, sums);
    }
  }

  private static void addDistance(
      QueryBlock block, int lane, int[] i, int[] j, int jFrom, float[] sums) {
    IntVector query = IntVector.fromArray(INTS, i, lane);
    FloatVector total = FloatVector.zero(SPECIES);
    for (int s = 0; s < block.keys; s++) {
      FloatVector distance = (FloatVector) query.sub(j[jFrom + s]).lanewise(ABS).convert(I2F, 0);
      total = FloatVector.fromArray(SPECIES, block.scores, s * QUERIES + lane).fma(distance, total);
    }
    FloatVector.fromArray(SPECIES, sums, lane).add(total).intoArray(sums, lane);
  }

  /// The lanes of each key go through an array, four keys at a time, because sums of lanes have no
  /// fixed order of their own.
  @Override
  public void addKeys(QueryBlock block, float[] sums, int from) {
    float[] four = new float[VectorLaneSums.SIZE + 4];
    for (int s = 0; s < block.keys; s += 4) {
      int count = Math.min(4, block.keys - s);
      for (int n = 0; n < 4; n++) {
        join(block.scores, Math.min(s + n, block.keys - 1) * QUERIES, four, n * LANES);
      }
      VectorLaneSums.sum(four, 0, four, VectorLaneSums.SIZE, 1);
      for (int n = 0; n < count; n++) {
        sums[from + s + n] += four[VectorLaneSums.SIZE + n];
      }
    }
  }

  /// The sum of the vectors of a row.
  private static void join(float[] weights, int row, float[] to, int at) {
    FloatVector sum = FloatVector.fromArray(SPECIES, weights, row);
    for (int lane = LANES; lane < QUERIES; lane += LANES) {
      sum = sum.add(FloatVector.fromArray(SPECIES, weights, row + lane));
    }
    sum.intoArray(to, at);
  }

  @Override
  public void addQueries(QueryBlock block, int first, int count, float[] sums, int at) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addColumn(block.scores, first * QUERIES + lane, count, sums, at + lane);
    }
  }

  private static void addColumn(float[] weights, int from, int count, float[] sums, int at) {
    FloatVector total = FloatVector.zero(SPECIES);
    for (int n = 0; n < count; n++) {
      total = total.add(FloatVector.fromArray(SPECIES, weights, from + n * QUERIES));
    }
    FloatVector.fromArray(SPECIES, sums, at).add(total).intoArray(sums, at);
  }

  @Override
  public void addScores(
      QueryBlock block, int first, int count, float[] sums, float[] counts, int at) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      int from = first * QUERIES + lane;
      addScores(block.scores, from, from + count * QUERIES, sums, counts, at + lane);
    }
  }

  private static void addScores(
      float[] scores, int from, int end, float[] sums, float[] counts, int to) {
    FloatVector sum = FloatVector.fromArray(SPECIES, sums, to);
    FloatVector count = FloatVector.fromArray(SPECIES, counts, to);
    for (int at = from; at < end; at += QUERIES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, at);
      VectorMask<Float> hidden = score.compare(EQ, Float.NEGATIVE_INFINITY);
      sum = sum.add(score.blend(0f, hidden));
      count = count.add(FloatVector.broadcast(SPECIES, 1).blend(0f, hidden));
    }
    sum.intoArray(sums, to);
    count.intoArray(counts, to);
  }

  @Override
  public void collect(QueryBlock block, TopKeys top, int first) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      if (crowded(block, lane, top)) {
        narrow(block, lane, top);
      }
      VectorNormalizerTiles.hit(block.scores, lane, block.keys, top.bounds, top.hits);
    }
    VectorNormalizerTiles.leaveAbsent(block, top.hits);
    top.append(block.scores, block.keys, first);
  }

  /// Whether some query would collect more than twice as many keys of the tile as it has at most.
  private static boolean crowded(QueryBlock block, int lane, TopKeys top) {
    System.arraycopy(top.bounds, lane, top.middles, lane, LANES);
    count(block.scores, lane, block.keys, top);
    for (int n = lane; n < lane + LANES; n++) {
      if (top.above[n] > 2f * top.most) {
        return true;
      }
    }
    return false;
  }

  /// Counts how many numbers of each column are above [TopKeys#middles].
  private static void count(float[] numbers, int lane, int keys, TopKeys top) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1);
    FloatVector middle = FloatVector.fromArray(SPECIES, top.middles, lane);
    FloatVector count = FloatVector.zero(SPECIES);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector number = FloatVector.fromArray(SPECIES, numbers, at);
      count = count.add(one, number.compare(GT, middle));
    }
    count.intoArray(top.above, lane);
  }

  /// Raises the bounds by halving, as long as at least as many numbers are above them as a query
  /// has keys at most.
  private static void narrow(QueryBlock block, int lane, TopKeys top) {
    spread(block.scores, lane, block.keys, top);
    for (int step = 0; step < 9; step++) {
      for (int n = lane; n < lane + LANES; n++) {
        top.middles[n] = 0.5f * (top.lows[n] + top.highs[n]);
      }
      count(block.scores, lane, block.keys, top);
      for (int n = lane; n < lane + LANES; n++) {
        boolean enough = top.above[n] >= top.most;
        top.lows[n] = enough ? top.middles[n] : top.lows[n];
        top.highs[n] = enough ? top.highs[n] : top.middles[n];
        top.bounds[n] = enough ? Math.max(top.bounds[n], top.middles[n]) : top.bounds[n];
      }
    }
  }

  /// The least and the largest number of each column that is not -∞.
  private static void spread(float[] numbers, int lane, int keys, TopKeys top) {
    FloatVector low = FloatVector.broadcast(SPECIES, Float.POSITIVE_INFINITY);
    FloatVector high = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector number = FloatVector.fromArray(SPECIES, numbers, at);
      high = high.blend(number, number.compare(GT, high));
      FloatVector finite = number.blend(low, number.compare(EQ, Float.NEGATIVE_INFINITY));
      low = low.blend(finite, finite.compare(LT, low));
    }
    low.intoArray(top.lows, lane);
    high.intoArray(top.highs, lane);
  }
}
