package dev.heed.attention;

import dev.heed.kernel.AdditiveTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.KeyGradients;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;

/// How similar the queries of one block and the keys of a tile are, forward and back: inner
/// products, of whatever a call was lowered to, or the layers of the additive score.
sealed interface BlockScore {
  /// What queries are multiplied with when a block takes them in.
  float scale();

  /// What [dev.heed.kernel.BackwardTiles#start] multiplies queries with.
  float factor();

  /// The scores of a tile.
  void score(QueryBlock block, Matrix keys);

  /// Leads the gradients of the tile's scores, and of its weights, back to queries, keys and
  /// values.
  void back(BackwardBlock block, Matrix keys, KeyGradients sums, int first);

  /// Adds what the queries got from all tiles to `dq`.
  void finish(BackwardBlock block, Matrix dq);

  static BlockScore of(
      BoundCall call,
      MapTile queries,
      Kernels kernels,
      BlockModifiers modifiers,
      LearnedSteps.Learning learning) {
    return call.attention.score() instanceof Score.Additive
        ? new Additive(call, queries, kernels, modifiers, learning)
        : new Products(kernels, modifiers);
  }

  /// Inner products.
  record Products(Kernels kernels, BlockModifiers modifiers) implements BlockScore {
    @Override
    public float scale() {
      return modifiers.scale();
    }

    @Override
    public float factor() {
      return modifiers.factor();
    }

    @Override
    public void score(QueryBlock block, Matrix keys) {
      kernels.attention().score(block, keys);
    }

    @Override
    public void back(BackwardBlock block, Matrix keys, KeyGradients sums, int first) {
      kernels.backward().addQueries(block, keys);
      kernels.backward().addKeys(block, sums, first);
    }

    @Override
    public void finish(BackwardBlock block, Matrix dq) {
      kernels.backward().finish(block, dq);
    }
  }

  /// The additive score. Factors are multiplied into `v`; the product of gradients and queries that
  /// keys would get is multiplied with zero.
  final class Additive implements BlockScore {
    private final Kernels kernels;
    private final float[] forward;
    private final float[] back;
    private final float[] v;
    private final double factor;
    private final double temperature;
    private final double[] dv;
    private final double[] dTemperature;
    private final AdditiveTiles.Sums sums;

    Additive(
        BoundCall call,
        MapTile queries,
        Kernels kernels,
        BlockModifiers modifiers,
        LearnedSteps.Learning learning) {
      int hidden = call.shape.width();
      this.kernels = kernels;
      this.forward = new float[hidden];
      this.back = new float[hidden];
      this.v = new float[hidden];
      this.temperature = call.temperature(queries.h());
      this.factor = modifiers.factor();
      this.dv = learning.of("additive.v", queries);
      this.dTemperature = learning.of("temperature", queries);
      this.sums = new AdditiveTiles.Sums(hidden);
      for (int a = 0; a < hidden; a++) {
        v[a] = call.learned("additive.v", queries.h() * hidden + a);
        forward[a] = (float) (temperature * modifiers.scale() * v[a]);
        back[a] = (float) (temperature * factor * v[a]);
      }
    }

    @Override
    public float scale() {
      return 1;
    }

    @Override
    public float factor() {
      return 0;
    }

    @Override
    public void score(QueryBlock block, Matrix keys) {
      kernels.additive().score(block, keys, forward);
    }

    @Override
    public void back(BackwardBlock block, Matrix keys, KeyGradients collected, int first) {
      kernels.backward().addKeys(block, collected, first);
      kernels.additive().back(block, keys, back, sums, collected, first);
    }

    @Override
    public void finish(BackwardBlock block, Matrix dq) {
      sums.addQueries(dq);
      double[] tangents = new double[v.length];
      sums.addV(factor, tangents);
      for (int a = 0; a < v.length; a++) {
        if (dv.length > 0) {
          dv[a] += temperature * tangents[a];
        }
        if (dTemperature.length > 0) {
          dTemperature[0] += v[a] * tangents[a];
        }
      }
    }
  }
}
