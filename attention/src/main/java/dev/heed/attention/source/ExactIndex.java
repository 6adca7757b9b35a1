package dev.heed.attention.source;

import dev.heed.kernel.Lookup;
import dev.heed.kernel.Matrix;

/// Looks at every key: exact, and fast enough for some ten thousand.
public final class ExactIndex implements NeighbourIndex {
  private static final int ROWS = 256;

  private final Lookup lookup;
  private final float[] keys;
  private final int width;
  private final float[] scores = new float[ROWS];
  private final Best best = new Best();
  private int rows;

  private ExactIndex(Lookup lookup, float[] keys, int width) {
    this.lookup = lookup;
    this.keys = keys;
    this.width = width;
  }

  /// Indexes that compute with `lookup`.
  public static Factory factory(Lookup lookup) {
    return (keys, width) -> new ExactIndex(lookup, keys, width);
  }

  @Override
  public void extend(int rows) {
    this.rows = rows;
  }

  @Override
  public int find(float[] query, int from, int[] found) {
    best.begin(found.length);
    Matrix one = new Matrix(query, from, 1, width, width, 1);
    for (int first = 0; first < rows; first += ROWS) {
      int count = Math.min(ROWS, rows - first);
      Matrix many = new Matrix(keys, first * width, count, width, width, 1);
      lookup.dots(1, one, many, new Matrix(scores, 0, 1, count, ROWS, 1));
      for (int n = 0; n < count; n++) {
        best.add(scores[n], first + n);
      }
    }
    return best.numbers(found);
  }
}
