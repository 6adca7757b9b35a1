package dev.heed.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Values that are infinite or NaN where some queries do not see them: a weight of zero does not
/// make them vanish.
final class VectorHiddenValues {
  private static final VectorSpecies<Float> SPECIES = VectorMath.SPECIES;
  private static final int QUERIES = QueryBlock.QUERIES;

  private VectorHiddenValues() {}

  /// Adds the weighted values of keys that are hidden from someone and not finite to the sums of
  /// those who see them, and returns the values without them: the same matrix where there are none.
  static Matrix sumApart(QueryBlock block, Matrix values) {
    int key = next(block, values, 0);
    if (key == block.keys) {
      return values;
    }
    Matrix rest = copy(values);
    for (; key < block.keys; key = next(block, values, key + 1)) {
      addSeen(block, key, values);
      int row = rest.offset() + key * rest.rowStride();
      Arrays.fill(rest.array(), row, row + rest.columns(), 0);
    }
    return rest;
  }

  /// The first key from `key` on that is hidden from someone and not finite.
  private static int next(QueryBlock block, Matrix values, int key) {
    int s = key;
    while (s < block.keys && (block.visible[s] == -1 || isFinite(values, s))) {
      s++;
    }
    return s;
  }

  private static boolean isFinite(Matrix values, int row) {
    int from = values.offset() + row * values.rowStride();
    int bound = SPECIES.loopBound(values.columns());
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int w = 0; w < bound; w += SPECIES.length()) {
      zero = FloatVector.fromArray(SPECIES, values.array(), from + w).mul(0f).add(zero);
    }
    float rest = 0;
    for (int w = bound; w < values.columns(); w++) {
      rest += values.array()[from + w] * 0;
    }
    return rest == 0 && zero.eq(0f).allTrue();
  }

  private static Matrix copy(Matrix values) {
    float[] array = new float[values.rows() * values.columns()];
    for (int s = 0; s < values.rows(); s++) {
      int from = values.offset() + s * values.rowStride();
      System.arraycopy(values.array(), from, array, s * values.columns(), values.columns());
    }
    return Matrix.of(array, values.rows(), values.columns());
  }

  private static void addSeen(QueryBlock block, int key, Matrix values) {
    int row = values.offset() + key * values.rowStride();
    for (int query = 0; query < block.count; query++) {
      if (block.sees(query, key)) {
        float weight = block.scores[key * QUERIES + query];
        for (int w = 0; w < values.columns(); w++) {
          block.sums[w * QUERIES + query] += weight * values.array()[row + w];
        }
      }
    }
  }
}
