package dev.heed.kernel;

import static jdk.incubator.vector.VectorOperators.EQ;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The tiles of modifiers with a query in each lane.
final class VectorModifierTiles implements ModifierTiles {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void addRows(QueryBlock block, Matrix rows) {
    block.checkRows(rows);
    float[] panel = block.spare();
    BlockPacking.pack(rows, panel);
    addAll(block.scores, panel, block.keys * QUERIES);
  }

  private static void addAll(float[] scores, float[] panel, int length) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector.fromArray(SPECIES, scores, n)
          .add(FloatVector.fromArray(SPECIES, panel, n))
          .intoArray(scores, n);
    }
  }

  @Override
  public void addWindows(QueryBlock block, float[] table, int[] starts) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addWindows(block.scores, lane, block.keys, table, starts);
    }
  }

  private static void addWindows(float[] scores, int lane, int keys, float[] table, int[] starts) {
    for (int s = 0; s < keys; s++) {
      FloatVector.fromArray(SPECIES, scores, s * QUERIES + lane)
          .add(FloatVector.fromArray(SPECIES, table, starts[s] + lane))
          .intoArray(scores, s * QUERIES + lane);
    }
  }

  @Override
  public void addSums(QueryBlock block, float[] queries, float[] keys, int from) {
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      addSums(block.scores, lane, block.keys, queries, keys, from);
    }
  }

  private static void addSums(
      float[] scores, int lane, int count, float[] queries, float[] keys, int from) {
    FloatVector query = FloatVector.fromArray(SPECIES, queries, lane);
    for (int s = 0; s < count; s++) {
      FloatVector.fromArray(SPECIES, scores, s * QUERIES + lane)
          .add(query.add(keys[from + s]))
          .intoArray(scores, s * QUERIES + lane);
    }
  }

  @Override
  public void copy(QueryBlock block, float[] scores) {
    System.arraycopy(block.scores, 0, scores, 0, block.keys * QUERIES);
  }

  @Override
  public void slopes(QueryBlock block, float cap, float[] slopes) {
    slopes(block.scores, block.keys * QUERIES, 1 / cap, slopes);
  }

  private static void slopes(float[] scores, int length, float inverse, float[] slopes) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int n = 0; n < length; n += LANES) {
      FloatVector share = FloatVector.fromArray(SPECIES, scores, n).mul(inverse);
      one.sub(share.mul(share)).intoArray(slopes, n);
    }
  }

  @Override
  public void multiply(BackwardBlock block, float[] slopes) {
    multiply(block.gradients, block.block.keys * QUERIES, slopes);
  }

  private static void multiply(float[] gradients, int length, float[] slopes) {
    for (int n = 0; n < length; n += LANES) {
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, n);
      gradient
          .mul(FloatVector.fromArray(SPECIES, slopes, n))
          .blend(0f, gradient.compare(EQ, 0f))
          .intoArray(gradients, n);
    }
  }

  @Override
  public void sumRows(BackwardBlock block, float factor, Matrix rows) {
    QueryBlock queries = block.block;
    queries.checkRows(rows);
    float[] spare = queries.spare();
    int keys = queries.keys;
    BlockPacking.unpack(block.gradients, new Matrix(spare, 0, rows.rows(), keys, keys, 1));
    for (int t = 0; t < rows.rows(); t++) {
      addScaled(factor, spare, t * keys, rows.array(), rows.offset() + t * rows.rowStride(), keys);
    }
  }

  private static void addScaled(float factor, float[] a, int from, float[] to, int at, int length) {
    int bound = SPECIES.loopBound(length);
    for (int n = 0; n < bound; n += LANES) {
      FloatVector.fromArray(SPECIES, to, at + n)
          .add(FloatVector.fromArray(SPECIES, a, from + n).mul(factor))
          .intoArray(to, at + n);
    }
    for (int n = bound; n < length; n++) {
      to[at + n] += factor * a[from + n];
    }
  }

  @Override
  public void sumWindows(BackwardBlock block, float[] table, int[] starts) {
    block.clearAbsent();
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      sumWindows(block.gradients, lane, block.block.keys, table, starts);
    }
  }

  private static void sumWindows(
      float[] gradients, int lane, int keys, float[] table, int[] starts) {
    for (int s = 0; s < keys; s++) {
      FloatVector.fromArray(SPECIES, table, starts[s] + lane)
          .add(FloatVector.fromArray(SPECIES, gradients, s * QUERIES + lane))
          .intoArray(table, starts[s] + lane);
    }
  }

  @Override
  public void sumSums(BackwardBlock block, float[] queries, float factor, double[] keys, int from) {
    block.clearAbsent();
    float[] sums = block.lanes;
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      sumQueries(block.gradients, lane, block.block.keys, queries);
    }
    for (int s = 0; s < block.block.keys; s++) {
      sumKey(block.gradients, s * QUERIES, sums);
      float sum = 0;
      for (int lane = 0; lane < LANES; lane++) {
        sum += sums[lane];
      }
      keys[from + s] += factor * sum;
    }
  }

  private static void sumQueries(float[] gradients, int lane, int keys, float[] queries) {
    FloatVector sum = FloatVector.fromArray(SPECIES, queries, lane);
    for (int s = 0; s < keys; s++) {
      sum = sum.add(FloatVector.fromArray(SPECIES, gradients, s * QUERIES + lane));
    }
    sum.intoArray(queries, lane);
  }

  private static void sumKey(float[] gradients, int at, float[] sums) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int lane = 0; lane < QUERIES; lane += LANES) {
      sum = sum.add(FloatVector.fromArray(SPECIES, gradients, at + lane));
    }
    sum.intoArray(sums, 0);
  }

  @Override
  public double dot(BackwardBlock block, float[] numbers) {
    block.clearAbsent();
    dot(block.gradients, numbers, block.block.keys * QUERIES, block.lanes);
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += block.lanes[lane];
    }
    return sum;
  }

  private static void dot(float[] gradients, float[] numbers, int length, float[] sums) {
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int n = 0; n < length; n += LANES) {
      FloatVector gradient = FloatVector.fromArray(SPECIES, gradients, n);
      FloatVector product = gradient.mul(FloatVector.fromArray(SPECIES, numbers, n));
      sum = sum.add(product.blend(0f, gradient.compare(EQ, 0f)));
    }
    sum.intoArray(sums, 0);
  }
}
