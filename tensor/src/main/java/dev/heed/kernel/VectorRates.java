package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Scores to weights and rates by each [WeightRule], one column of lanes at a time, as
/// [VectorWeights] does without rates.
final class VectorRates {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int QUERIES = QueryBlock.QUERIES;

  private VectorRates() {}

  /// Replaces the scores of a column by weights and writes the rates beside them.
  static void column(WeightRule rule, BackwardBlock block, int lane) {
    QueryBlock queries = block.block;
    int keys = queries.keys;
    switch (rule) {
      case WeightRule.Exponential _ -> VectorWeights.column(rule, queries, lane);
      case WeightRule.Logistic _ -> {
        VectorWeights.column(rule, queries, lane);
        logistic(queries.scores, block.rates, lane, keys);
      }
      case WeightRule.Ramp ramp -> {
        float rate = ramp.factor() * ramp.power() * ramp.slope();
        VectorWeights.measure(
            queries.scores, lane, keys, ramp.slope(), queries.origins, queries.offsets);
        if (ramp.power() == 1) {
          line(queries.scores, block.rates, lane, keys, ramp.factor(), rate);
        } else if (ramp.power() == 2) {
          square(queries.scores, block.rates, lane, keys, ramp.factor(), rate);
        } else {
          VectorWeights.copy(queries.scores, block.rates, lane, keys);
          VectorWeights.power(queries.scores, lane, keys, ramp.power(), ramp.factor());
          VectorWeights.power(block.rates, lane, keys, ramp.power() - 1, rate);
        }
      }
    }
  }

  private static void logistic(float[] weights, float[] rates, int lane, int keys) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector w = FloatVector.fromArray(SPECIES, weights, at);
      w.sub(w.mul(w)).intoArray(rates, at);
    }
  }

  private static void line(
      float[] numbers, float[] rates, int lane, int keys, float factor, float rate) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, numbers, at);
      x.blend(rate, x.compare(GT, 0f)).intoArray(rates, at);
      x.mul(factor).intoArray(numbers, at);
    }
  }

  private static void square(
      float[] numbers, float[] rates, int lane, int keys, float factor, float rate) {
    for (int at = lane; at < keys * QUERIES; at += QUERIES) {
      FloatVector x = FloatVector.fromArray(SPECIES, numbers, at);
      x.mul(rate).intoArray(rates, at);
      x.mul(x).mul(factor).intoArray(numbers, at);
    }
  }

  /// Adds up what the gradient of an exponent needs. The logarithm is written out, see
  /// [VectorMath#powers].
  static void addInformation(BackwardBlock block, float[] weights, int lane, int keys) {
    FloatVector products = FloatVector.fromArray(SPECIES, block.weightGradients, lane);
    FloatVector total = FloatVector.fromArray(SPECIES, block.information, lane);
    FloatVector gradients = FloatVector.fromArray(SPECIES, block.informationGradients, lane);
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
      FloatVector information = log.mul(w).neg().blend(0f, w.compare(LE, 0f));
      FloatVector gradient = FloatVector.fromArray(SPECIES, block.gradients, at);
      products = w.fma(gradient, products);
      total = total.add(information);
      gradients = information.fma(gradient, gradients);
    }
    products.intoArray(block.weightGradients, lane);
    total.intoArray(block.information, lane);
    gradients.intoArray(block.informationGradients, lane);
  }
}
