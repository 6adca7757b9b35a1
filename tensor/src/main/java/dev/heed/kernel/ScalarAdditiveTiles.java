package dev.heed.kernel;

/// The additive score as the formula reads.
final class ScalarAdditiveTiles implements AdditiveTiles {
  private static final int QUERIES = QueryBlock.QUERIES;
  private static final int COLUMNS = ProductTile.COLUMNS;

  @Override
  public void score(QueryBlock block, Matrix keys, float[] v) {
    block.tile(keys);
    for (int s = 0; s < block.keys; s++) {
      int row = keys.offset() + s * keys.rowStride();
      for (int t = 0; t < block.count; t++) {
        double sum = 0;
        for (int a = 0; a < block.width; a++) {
          sum += v[a] * Math.tanh(block.queries[a * QUERIES + t] + keys.array()[row + a]);
        }
        block.scores[s * QUERIES + t] = (float) sum;
      }
    }
  }

  @Override
  public void back(
      BackwardBlock block, Matrix keys, float[] v, Sums sums, KeyGradients collected, int first) {
    QueryBlock queries = block.block;
    for (int s = 0; s < queries.keys; s++) {
      int row = keys.offset() + s * keys.rowStride();
      for (int t = 0; t < block.count; t++) {
        float gradient = block.gradients[s * QUERIES + t];
        for (int a = 0; a < queries.width && gradient != 0; a++) {
          int at = a * QUERIES + t;
          float tangent = (float) Math.tanh(queries.queries[at] + keys.array()[row + a]);
          float inner = gradient * v[a] * (1 - tangent * tangent);
          sums.v()[at] += gradient * tangent;
          sums.queries()[at] += inner;
          collected.array[collected.key(a / COLUMNS, first + s) + a % COLUMNS] += inner;
        }
      }
    }
  }
}
