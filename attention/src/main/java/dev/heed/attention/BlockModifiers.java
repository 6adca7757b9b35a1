package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.BackwardTiles;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.QueryBlock;
import java.util.ArrayList;
import java.util.List;

/// The modifiers of a call on the tiles of one block of queries of one head, forward and back.
///
/// Factors that come before any other modifier are multiplied into the queries with the score's
/// own, and cost nothing.
final class BlockModifiers {
  /// One modifier on one block. Each call is one pass over a tile.
  private interface Step {
    /// Replaces the scores of the tile.
    ///
    /// @param first the tile's first key
    void forward(QueryBlock block, int first);

    /// Replaces the scores of the tile once more, and takes note of what [#back] needs.
    default void again(BackwardBlock block, int first) {
      forward(block.queries(), first);
    }

    /// Turns the gradients of the scores after this modifier into those before it, as far as
    /// [BackwardTiles#weigh] has not, and adds what its learned numbers get.
    @SuppressWarnings("UnusedVariable") // for modifiers that learn
    default void back(BackwardBlock block, int first) {}
  }

  private final BoundCall call;
  private final MapTile queries;
  private final AttentionTiles tiles;
  private final BackwardTiles backward;
  private final List<Step> steps = new ArrayList<>();
  private final float scale;
  private final float factor;

  /// @param queries the block
  BlockModifiers(BoundCall call, MapTile queries, Kernels kernels) {
    this.call = call;
    this.queries = queries;
    this.tiles = kernels.attention();
    this.backward = kernels.backward();
    double leading = call.scale;
    double all = call.scale;
    for (Modifier modifier : call.attention.modifiers()) {
      double own = modifier instanceof Modifier.Scale each ? each.factor(queries.h()) : 1;
      all *= own;
      if (steps.isEmpty() && modifier instanceof Modifier.Scale) {
        leading *= own;
      } else {
        steps.add(step(modifier));
      }
    }
    this.scale = (float) leading;
    this.factor = (float) all;
  }

  /// What the inner product of a query and a key is multiplied with before the first step.
  float scale() {
    return scale;
  }

  /// The product of all factors: what a score's derivative by the inner product is, besides slopes.
  float factor() {
    return factor;
  }

  /// Modifies the scores of a tile that begins at key `first`.
  void forward(QueryBlock block, int first) {
    for (Step step : steps) {
      step.forward(block, first);
    }
  }

  /// Modifies the scores of a tile once more, on the way back.
  void again(BackwardBlock block, int first) {
    for (Step step : steps) {
      step.again(block, first);
    }
  }

  /// Leads the gradients of the tile's scores, once they are computed, back through all steps.
  void back(BackwardBlock block, int first) {
    for (int n = steps.size() - 1; n >= 0; n--) {
      steps.get(n).back(block, first);
    }
  }

  private Step step(Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale own -> {
        float times = (float) own.factor(queries.h());
        yield (block, _) -> tiles.scale(block, times);
      }
      case Modifier.SoftCap(double cap) -> new SoftCapStep((float) cap);
      case Modifier.Alibi _ -> {
        float slope = (float) Modifier.Alibi.slope(queries.h(), call.shape.heads());
        yield (block, first) -> subtractDistance(block, first, slope);
      }
    };
  }

  private void subtractDistance(QueryBlock block, int first, float slope) {
    Positions i = call.input.qPos();
    Positions j = call.input.kPos();
    int iFrom = i.row(queries.b()) + queries.t0();
    int jFrom = j.row(queries.b()) + first;
    tiles.subtractDistance(block, slope, i.array(), iFrom, j.array(), jFrom);
  }

  private final class SoftCapStep implements Step {
    private final float cap;

    SoftCapStep(float cap) {
      this.cap = cap;
    }

    @Override
    public void forward(QueryBlock block, int first) {
      tiles.softCap(block, cap);
    }

    @Override
    public void again(BackwardBlock block, int first) {
      tiles.softCap(block.queries(), cap);
      backward.slope(block, cap);
    }
  }
}
