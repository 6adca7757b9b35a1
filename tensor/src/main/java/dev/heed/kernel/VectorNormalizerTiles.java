package dev.heed.kernel;

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

/// The tiles of the other normalizers with a query in each lane; the search for a row's numbers has
/// a score of the row in each.
final class VectorNormalizerTiles implements NormalizerTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void weigh(QueryBlock block, WeightRule rule) {
    block.settle();
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      VectorWeights.column(rule, block, lane);
    }
  }

  @Override
  public void collect(QueryBlock block, Reach reach) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      raise(block.scores, lane, block.keys, reach);
      hit(block.scores, lane, block.keys, reach.bounds, reach.hits);
    }
    leaveAbsent(block, reach.hits);
    reach.append(block.scores, block.keys);
  }

  /// Forgets hits of queries that are not there.
  static void leaveAbsent(QueryBlock block, int[] hits) {
    int others = block.count == QUERIES ? -1 : (1 << block.count) - 1;
    for (int s = 0; s < block.keys; s++) {
      hits[s] &= others;
    }
  }

  private static void raise(float[] scores, int lane, int keys, Reach reach) {
    FloatVector largest = FloatVector.fromArray(SPECIES, reach.maxima, lane);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, at);
      largest = largest.blend(score, score.compare(GT, largest));
    }
    largest.intoArray(reach.maxima, lane);
    largest.sub(reach.reach).intoArray(reach.bounds, lane);
  }

  /// Notes what is not below the bounds, numbers or not.
  static void hit(float[] scores, int lane, int keys, float[] bounds, int[] hits) {
    FloatVector bound = FloatVector.fromArray(SPECIES, bounds, lane);
    int all = (int) ((1L << LANES) - 1);
    int others = (int) ((1L << lane) - 1);
    for (int s = 0; s < keys; s++) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, s * QUERIES + lane);
      int below = (int) score.compare(LE, bound).toLong();
      hits[s] = hits[s] & others | (~below & all) << lane;
    }
  }

  @Override
  public void settle(QueryBlock block, Reach reach, WeightRule.Ramp rule) {
    for (int query = 0; query < block.count; query++) {
      settle(block, reach, query, rule);
    }
  }

  private static void settle(QueryBlock block, Reach reach, int query, WeightRule.Ramp rule) {
    if (reach.isDecided(block, query)) {
      return;
    }
    int count = reach.measure(query, rule.slope(), LANES);
    float[] measures = reach.scores[query];
    float[] lanes = reach.lanes;
    total(measures, count, lanes);
    ThresholdSearch search = new ThresholdSearch(rule.power(), count, sum(lanes, 0));
    do {
      if (rule.power() == 1) {
        line(measures, count, (float) search.offset(), lanes);
      } else if (rule.power() == 2) {
        square(measures, count, (float) search.offset(), lanes);
      } else {
        power(measures, count, (float) search.offset(), rule.power(), reach);
      }
    } while (search.step(sum(lanes, 0), sum(lanes, LANES)));
    block.row(query, reach.maxima[query], (float) search.offset());
  }

  private static double sum(float[] lanes, int from) {
    double sum = 0;
    for (int n = from; n < from + LANES; n++) {
      sum += lanes[n];
    }
    return sum;
  }

  /// What [Reach#measure] filled up the last vector with is taken off again.
  private static void total(float[] measures, int count, float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int end = (count + LANES - 1) / LANES * LANES;
    for (int n = 0; n < end; n += LANES) {
      sum = sum.add(FloatVector.fromArray(SPECIES, measures, n));
    }
    sum.intoArray(lanes, 0);
    lanes[LANES - 1] += end - count;
  }

  /// `Σ x` and how many `x` there are above 0.
  private static void line(float[] measures, int count, float offset, float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector above = FloatVector.zero(SPECIES);
    for (int n = 0; n < count; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, measures, n).sub(offset);
      VectorMask<Float> positive = x.compare(GT, 0f);
      sum = sum.add(FloatVector.zero(SPECIES).blend(x, positive));
      above = above.add(FloatVector.zero(SPECIES).blend(1f, positive));
    }
    sum.intoArray(lanes, 0);
    above.intoArray(lanes, LANES);
  }

  /// `Σ x²` and `Σ x`.
  private static void square(float[] measures, int count, float offset, float[] lanes) {
    FloatVector squares = FloatVector.zero(SPECIES);
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0; n < count; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, measures, n).sub(offset);
      x = FloatVector.zero(SPECIES).blend(x, x.compare(GT, 0f));
      squares = x.fma(x, squares);
      sum = sum.add(x);
    }
    squares.intoArray(lanes, 0);
    sum.intoArray(lanes, LANES);
  }

  /// `Σ x^p` and `Σ x^(p - 1)`, a chunk at a time.
  private static void power(float[] measures, int count, float offset, float power, Reach reach) {
    float[] chunk = reach.chunk;
    FloatVector zero = FloatVector.zero(SPECIES);
    zero.intoArray(reach.lanes, 0);
    zero.intoArray(reach.lanes, LANES);
    for (int from = 0; from < count; from += Reach.CHUNK) {
      int length = (Math.min(Reach.CHUNK, count - from) + LANES - 1) / LANES * LANES;
      above(measures, from, length, offset, chunk);
      raise(chunk, 0, length, power - 1, chunk, Reach.CHUNK);
      addTo(reach.lanes, chunk, length);
    }
  }

  private static void above(float[] measures, int from, int length, float offset, float[] chunk) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, measures, from + n).sub(offset);
      FloatVector.zero(SPECIES).blend(x, x.compare(GT, 0f)).intoArray(chunk, n);
    }
  }

  /// `to = from^power` for numbers that are not below 0; see [VectorWeights#power].
  private static void raise(float[] from, int at, int length, float power, float[] to, int toAt) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, from, at + n).intoArray(to, toAt + n);
    }
    VectorWeights.raise(to, toAt, toAt + length, LANES, power, 1);
  }

  private static void addTo(float[] lanes, float[] chunk, int length) {
    FloatVector powers = FloatVector.fromArray(SPECIES, lanes, 0);
    FloatVector rates = FloatVector.fromArray(SPECIES, lanes, LANES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector rate = FloatVector.fromArray(SPECIES, chunk, Reach.CHUNK + n);
      powers = FloatVector.fromArray(SPECIES, chunk, n).fma(rate, powers);
      rates = rates.add(rate);
    }
    powers.intoArray(lanes, 0);
    rates.intoArray(lanes, LANES);
  }

  @Override
  public void select(QueryBlock block, int first) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      select(block, lane, first);
    }
  }

  private static void select(QueryBlock block, int lane, int first) {
    FloatVector hidden = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector least = FloatVector.fromArray(SPECIES, block.leasts, lane);
    IntVector last = IntVector.fromArray(INTS, block.lasts, lane);
    for (int s = 0; s < block.keys; s++) {
      FloatVector score = FloatVector.fromArray(SPECIES, block.scores, s * QUERIES + lane);
      VectorMask<Float> late = last.compare(LT, first + s).cast(SPECIES);
      VectorMask<Float> left = score.compare(LT, least).or(score.compare(EQ, least).and(late));
      score.blend(hidden, left).intoArray(block.scores, s * QUERIES + lane);
    }
  }

  @Override
  public void leave(QueryBlock block, int first, int count, int queries) {
    for (int lane = 0; lane < QUERIES && queries != -1; lane += LANES) {
      leave(block.scores, first * QUERIES + lane, count, queries >>> lane);
    }
  }

  private static void leave(float[] scores, int from, int count, int queries) {
    FloatVector hidden = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    VectorMask<Float> left = VectorMask.fromLong(SPECIES, queries);
    for (int at = from; at < from + count * QUERIES; at += QUERIES) {
      hidden.blend(FloatVector.fromArray(SPECIES, scores, at), left).intoArray(scores, at);
    }
  }

  @Override
  public void weigh(BackwardBlock block, WeightRule rule) {
    QueryBlock queries = block.block;
    block.begin(rule);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      VectorRates.column(rule, block, lane);
    }
    for (int lane = 0; lane < QUERIES && queries.hidden; lane += LANES) {
      VectorBackwardTiles.hide(queries.scores, lane, queries.keys, queries.visible);
      VectorBackwardTiles.hide(block.rates, lane, queries.keys, queries.visible);
      VectorBackwardTiles.hide(block.gradients, lane, queries.keys, queries.visible);
    }
  }

  @Override
  public void addStatistics(BackwardBlock block, float[] coverage, int at) {
    QueryBlock queries = block.block;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addEntropy(queries.scores, block.gradients, lane, queries.keys, block.entropies);
      addCoverage(block.gradients, lane, queries.keys, coverage, at);
    }
    for (int lane = 0; lane < QUERIES && queries.hidden; lane += LANES) {
      VectorBackwardTiles.hide(block.gradients, lane, queries.keys, queries.visible);
    }
  }

  private static void addCoverage(
      float[] gradients, int lane, int keys, float[] coverage, int from) {
    for (int s = 0; s < keys; s++) {
      FloatVector.fromArray(SPECIES, gradients, s * QUERIES + lane)
          .add(coverage[from + s])
          .intoArray(gradients, s * QUERIES + lane);
    }
  }

  /// The logarithm is written out, see [VectorMath#powers].
  private static void addEntropy(
      float[] weights, float[] gradients, int lane, int keys, float[] entropies) {
    FloatVector entropy = FloatVector.fromArray(SPECIES, entropies, lane);
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
      log = exponent.mul(VectorWeights.LN_2).add(log).add(1f);
      log = log.add(w.mul(0f)).blend(0f, w.compare(LE, 0f));
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, at);
      gradient.sub(log.mul(entropy)).intoArray(gradients, at);
    }
  }

  @Override
  public void add(BackwardBlock block) {
    QueryBlock queries = block.block;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addRates(block, block.rates, lane, queries.keys);
    }
  }

  private static void addRates(BackwardBlock block, float[] rates, int lane, int keys) {
    FloatVector sum = FloatVector.fromArray(SPECIES, block.rateSums, lane);
    FloatVector products = FloatVector.fromArray(SPECIES, block.rateGradients, lane);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector rate = FloatVector.fromArray(SPECIES, rates, at);
      sum = sum.add(rate);
      products = FloatVector.fromArray(SPECIES, block.gradients, at).fma(rate, products);
    }
    sum.intoArray(block.rateSums, lane);
    products.intoArray(block.rateGradients, lane);
  }

  @Override
  public void addInformation(BackwardBlock block) {
    QueryBlock queries = block.block;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      VectorRates.addInformation(block, queries.scores, lane, queries.keys);
    }
  }

  @Override
  public void chain(BackwardBlock block) {
    QueryBlock queries = block.block;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      chain(block.rates, block.gradients, lane, queries.keys, block.deltas);
    }
    if (block.sloped) {
      VectorBackwardTiles.multiply(block.gradients, block.slopes, queries.keys * QUERIES);
      block.sloped = false;
    }
    for (int lane = 0; lane < QUERIES && queries.hidden; lane += LANES) {
      VectorBackwardTiles.hide(block.gradients, lane, queries.keys, queries.visible);
    }
  }

  private static void chain(float[] rates, float[] gradients, int lane, int keys, float[] deltas) {
    FloatVector delta = FloatVector.fromArray(SPECIES, deltas, lane);
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector.fromArray(SPECIES, gradients, at)
          .sub(delta)
          .mul(FloatVector.fromArray(SPECIES, rates, at))
          .intoArray(gradients, at);
    }
  }
}
