package dev.heed.kernel;

/// Scores that are no inner products on the tiles of [AttentionTiles] and [BackwardTiles]: `s = Σ_a
/// v_a tanh(q_a + k_a)`, [Bahdanau et al. 2015](https://arxiv.org/abs/1409.0473) appendix A.1.2.
///
/// Queries and keys are those of the block and of the tile, as wide as `v`.
public interface AdditiveTiles {
  /// The scores of all queries of the block with a tile of keys.
  ///
  /// @param keys `[n, A]`, one contiguous row a key
  /// @param v `[A]`
  void score(QueryBlock block, Matrix keys, float[] v);

  /// Leads the gradients of the tile's scores back: `dt = ds v (1 - t²)` with `t` the hyperbolic
  /// tangent goes to query and key alike, `ds t` to `v`.
  ///
  /// @param sums where queries and `v` add up
  /// @param collected where keys do, from key `first` on
  void back(
      BackwardBlock block, Matrix keys, float[] v, Sums sums, KeyGradients collected, int first);

  /// What the queries of a block and `v` get from all tiles, both `[A][32]`, zero at first.
  record Sums(float[] queries, float[] v) {
    public Sums(int width) {
      this(new float[width * QueryBlock.QUERIES], new float[width * QueryBlock.QUERIES]);
    }

    /// Adds what the queries got to their gradients, `[n, A]`, one contiguous row a query.
    public void addQueries(Matrix dq) {
      for (int t = 0; t < dq.rows(); t++) {
        for (int a = 0; a < dq.columns(); a++) {
          dq.array()[dq.offset() + t * dq.rowStride() + a] += queries[a * QueryBlock.QUERIES + t];
        }
      }
    }

    /// Adds `factor` times what `v` got to its gradient.
    public void addV(double factor, double[] dv) {
      for (int n = 0; n < v.length; n++) {
        dv[n / QueryBlock.QUERIES] += factor * v[n];
      }
    }
  }
}
