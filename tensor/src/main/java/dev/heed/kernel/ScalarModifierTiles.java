package dev.heed.kernel;

/// The tiles of modifiers as the formulas read.
final class ScalarModifierTiles implements ModifierTiles {
  private static final int QUERIES = QueryBlock.QUERIES;

  @Override
  public void addRows(QueryBlock block, Matrix rows) {
    block.checkRows(rows);
    for (int t = 0; t < rows.rows(); t++) {
      for (int s = 0; s < block.keys; s++) {
        block.scores[s * QUERIES + t] += rows.array()[rows.offset() + t * rows.rowStride() + s];
      }
    }
  }

  @Override
  public void addWindows(QueryBlock block, float[] table, int[] starts) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < QUERIES; t++) {
        block.scores[s * QUERIES + t] += table[starts[s] + t];
      }
    }
  }

  @Override
  public void addSums(QueryBlock block, float[] queries, float[] keys, int from) {
    for (int s = 0; s < block.keys; s++) {
      for (int t = 0; t < QUERIES; t++) {
        block.scores[s * QUERIES + t] += queries[t] + keys[from + s];
      }
    }
  }

  @Override
  public void copy(QueryBlock block, float[] scores) {
    System.arraycopy(block.scores, 0, scores, 0, block.keys * QUERIES);
  }

  @Override
  public void slopes(QueryBlock block, float cap, float[] slopes) {
    for (int n = 0; n < block.keys * QUERIES; n++) {
      float share = block.scores[n] / cap;
      slopes[n] = 1 - share * share;
    }
  }

  @Override
  public void multiply(BackwardBlock block, float[] slopes) {
    for (int n = 0; n < block.block.keys * QUERIES; n++) {
      block.gradients[n] = block.gradients[n] == 0 ? 0 : block.gradients[n] * slopes[n];
    }
  }

  @Override
  public void sumRows(BackwardBlock block, float factor, Matrix rows) {
    block.block.checkRows(rows);
    for (int t = 0; t < rows.rows(); t++) {
      for (int s = 0; s < block.block.keys; s++) {
        rows.array()[rows.offset() + t * rows.rowStride() + s] +=
            factor * block.gradients[s * QUERIES + t];
      }
    }
  }

  @Override
  public void sumWindows(BackwardBlock block, float[] table, int[] starts) {
    for (int s = 0; s < block.block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        table[starts[s] + t] += block.gradients[s * QUERIES + t];
      }
    }
  }

  @Override
  public void sumSums(BackwardBlock block, float[] queries, float factor, double[] keys, int from) {
    for (int s = 0; s < block.block.keys; s++) {
      float sum = 0;
      for (int t = 0; t < block.count; t++) {
        queries[t] += block.gradients[s * QUERIES + t];
        sum += block.gradients[s * QUERIES + t];
      }
      keys[from + s] += factor * sum;
    }
  }

  @Override
  public double dot(BackwardBlock block, float[] numbers) {
    double sum = 0;
    for (int s = 0; s < block.block.keys; s++) {
      for (int t = 0; t < block.count; t++) {
        float gradient = block.gradients[s * QUERIES + t];
        sum += gradient == 0 ? 0 : gradient * (double) numbers[s * QUERIES + t];
      }
    }
    return sum;
  }
}
