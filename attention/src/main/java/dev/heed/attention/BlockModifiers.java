package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.BackwardTiles;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.List;

/// The modifiers of a call on the tiles of one block of queries of one head, forward and back.
///
/// Factors that come before any other modifier are multiplied into the queries with the score's
/// own, and cost nothing. On the way back all constant factors are multiplied in at the end, and
/// the slopes of soft caps while the scores are weighed, except of those before a modifier that
/// learns: it needs the gradients of its own stage.
final class BlockModifiers {
  private final BoundCall call;
  private final MapTile queries;
  private final AttentionTiles tiles;
  private final BackwardTiles backward;
  private final LearnedSteps learned;
  private final List<ModifierStep> steps = new ArrayList<>();
  private final float scale;
  private final float factor;

  /// The modifiers on the way forward.
  ///
  /// @param queries the block
  /// @param scratch of the thread
  BlockModifiers(BoundCall call, MapTile queries, Kernels kernels, Workspace scratch) {
    this(new LearnedSteps(call, queries, kernels, LearnedSteps.Learning.NOTHING, scratch));
  }

  /// The modifiers on the way forward or back.
  BlockModifiers(LearnedSteps learned) {
    this.call = learned.call();
    this.queries = learned.queries();
    this.tiles = learned.kernels().attention();
    this.backward = learned.kernels().backward();
    this.learned = learned;
    List<Modifier> modifiers = call.attention.modifiers();
    double leading = call.scale;
    double all = call.scale;
    int lastThatLearns = lastThatLearns(modifiers);
    for (int m = 0; m < modifiers.size(); m++) {
      Modifier modifier = modifiers.get(m);
      double own = ownFactor(modifier);
      all *= own;
      if (steps.isEmpty() && modifier instanceof Modifier.Scale) {
        leading *= own;
      } else {
        double after = product(modifiers.subList(m + 1, modifiers.size()));
        steps.add(m < lastThatLearns ? staged(m, after) : step(m, after));
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
    for (ModifierStep step : steps) {
      step.forward(block, first);
    }
  }

  /// Modifies the scores of a tile once more, on the way back.
  void again(BackwardBlock block, int first) {
    for (ModifierStep step : steps) {
      step.again(block, first);
    }
  }

  /// Leads the gradients of the tile's scores, once they are computed, back through all steps.
  void back(BackwardBlock block, int first) {
    for (int n = steps.size() - 1; n >= 0; n--) {
      steps.get(n).back(block, first);
    }
  }

  /// Adds what learned numbers got from all tiles to the sums of the head.
  void finish() {
    steps.forEach(ModifierStep::finish);
  }

  /// The last modifier of which gradients are wanted, -1 for none.
  private int lastThatLearns(List<Modifier> modifiers) {
    for (int m = modifiers.size() - 1; m >= 0; m--) {
      if (learned.learns(modifiers.get(m))) {
        return m;
      }
    }
    return -1;
  }

  /// The constant that a modifier multiplies all scores of the head with.
  private double ownFactor(Modifier modifier) {
    return switch (modifier) {
      case Modifier.Scale scale -> scale.factor(queries.h());
      case Modifier.LearnedScale _ -> call.learned("scale", queries.h());
      case Modifier.SoftCap _,
          Modifier.Alibi _,
          Modifier.Bias _,
          Modifier.T5 _,
          Modifier.Forget _,
          Modifier.Shaw _,
          Modifier.TransformerXl _,
          Modifier.LearnedAlibi _,
          Modifier.Expression _ ->
          1;
    };
  }

  private double product(List<Modifier> modifiers) {
    double product = 1;
    for (Modifier modifier : modifiers) {
      product *= ownFactor(modifier);
    }
    return product;
  }

  /// The step of a modifier after which comes one that learns.
  private ModifierStep staged(int place, double after) {
    return call.attention.modifiers().get(place) instanceof Modifier.SoftCap(double cap)
        ? learned.softCap((float) cap)
        : step(place, after);
  }

  /// @param after the constant factors of later modifiers
  private ModifierStep step(int place, double after) {
    return switch (call.attention.modifiers().get(place)) {
      case Modifier.Scale own -> {
        float times = (float) own.factor(queries.h());
        yield (block, _) -> tiles.scale(block, times);
      }
      case Modifier.SoftCap(double cap) -> new SoftCapStep((float) cap);
      case Modifier.Alibi _ -> {
        float slope = (float) Modifier.Alibi.slope(queries.h(), call.shape.heads());
        yield (block, first) -> subtractDistance(block, first, slope);
      }
      case Modifier.LearnedScale _ -> learned.scale(after);
      case Modifier.Bias _ -> learned.bias(after);
      case Modifier.T5 t5 -> learned.t5(t5, after);
      case Modifier.Expression _, Modifier.LearnedAlibi _ -> learned.expression(place, after);
      case Modifier.Forget _ -> learned.forget(after);
      case Modifier.Shaw(int reach) -> learned.shaw(reach, after);
      case Modifier.TransformerXl(int reach) -> learned.transformerXl(reach, after);
    };
  }

  private void subtractDistance(QueryBlock block, int first, float slope) {
    Positions i = call.input.qPos();
    Positions j = call.input.kPos();
    int iFrom = i.row(queries.b()) + queries.t0();
    int jFrom = j.row(queries.b()) + first;
    tiles.subtractDistance(block, slope, i.array(), iFrom, j.array(), jFrom);
  }

  private final class SoftCapStep implements ModifierStep {
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
