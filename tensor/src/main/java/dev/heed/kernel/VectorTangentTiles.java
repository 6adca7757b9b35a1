package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The additive score with a query in each lane, and a hyperbolic tangent for each score and unit:
/// for tiles whose numbers are too large for [VectorAdditiveTiles].
final class VectorTangentTiles implements AdditiveTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int COLUMNS = ProductTile.COLUMNS;

  @Override
  public void score(QueryBlock block, Matrix keys, float[] v) {
    block.tile(keys);
    for (int s = 0; s < block.keys; s++) {
      int row = keys.offset() + s * keys.rowStride();
      for (int lane = 0; lane < QUERIES; lane += LANES) {
        score(block.queries, lane, keys.array(), row, v, block.scores, s * QUERIES + lane);
      }
    }
  }

  private static void score(
      float[] queries, int lane, float[] key, int row, float[] v, float[] scores, int at) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int a = 0; a < v.length; a++) {
      FloatVector query = FloatVector.fromArray(SPECIES, queries, a * QUERIES + lane);
      sum = VectorMath.tanh(query.add(key[row + a])).fma(FloatVector.broadcast(SPECIES, v[a]), sum);
    }
    sum.intoArray(scores, at);
  }

  @Override
  public void back(
      BackwardBlock block, Matrix keys, float[] v, Sums sums, KeyGradients collected, int first) {
    block.clearAbsent();
    QueryBlock queries = block.block;
    float[] inner = queries.spare();
    for (int s = 0; s < queries.keys; s++) {
      int row = keys.offset() + s * keys.rowStride();
      for (int a = 0; a < v.length; a++) {
        for (int lane = 0; lane < QUERIES; lane += LANES) {
          int at = a * QUERIES + lane;
          back(
              queries.queries,
              at,
              keys.array()[row + a],
              v[a],
              block.gradients,
              s * QUERIES + lane,
              sums,
              inner);
        }
      }
      add(inner, collected, first + s, v.length);
    }
  }

  private static void back(
      float[] queries,
      int at,
      float key,
      float v,
      float[] gradients,
      int place,
      Sums sums,
      float[] inner) {
    FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, place);
    FloatVector tangent =
        VectorMath.tanh(FloatVector.fromArray(SPECIES, queries, at).add(key))
            .blend(0f, gradient.compare(EQ, 0f));
    FloatVector ofV = FloatVector.fromArray(SPECIES, sums.v(), at);
    gradient.fma(tangent, ofV).intoArray(sums.v(), at);
    FloatVector share = gradient.mul(v);
    FloatVector both = share.sub(share.mul(tangent).mul(tangent));
    both.intoArray(inner, at);
    FloatVector ofQuery = FloatVector.fromArray(SPECIES, sums.queries(), at);
    ofQuery.add(both).intoArray(sums.queries(), at);
  }

  /// Adds what each number of a key gets from all queries, in eight sums that run side by side.
  private static void add(float[] inner, KeyGradients collected, int key, int width) {
    for (int a = 0; a < width; a++) {
      float sum = 0;
      for (int t = a * QUERIES; t < (a + 1) * QUERIES; t += 8) {
        float low = inner[t] + inner[t + 1] + (inner[t + 2] + inner[t + 3]);
        float high = inner[t + 4] + inner[t + 5] + (inner[t + 6] + inner[t + 7]);
        sum += low + high;
      }
      collected.array[collected.key(a / COLUMNS, key) + a % COLUMNS] += sum;
    }
  }
}
