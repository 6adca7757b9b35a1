package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.ModifierTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.Optional;

/// The steps of modifiers that read learned numbers, for one block of queries of one head.
///
/// What the numbers get is collected in arrays of the step while tiles go by, and added to the
/// head's own sums, [LearnedSums#of], in the end: no two tasks share one, so that threads change
/// nothing.
///
/// @param queries the block
/// @param learning where gradients go; nowhere on the way forward
/// @param scratch of the thread; what is taken of it is held until the block is done
record LearnedSteps(
    BoundCall call, MapTile queries, Kernels kernels, Learning learning, Workspace scratch) {
  private static final double[] UNWANTED = {};

  /// Where the gradients of learned numbers go.
  ///
  /// @param sums of all heads; none on the way forward
  /// @param part which of the tasks of a head this is
  /// @param places the gradients themselves, for what only one task adds to
  /// @param queries where the gradients of the given queries go
  record Learning(
      Optional<LearnedSums> sums, int part, Parameters places, Optional<HeadView> queries) {
    static final Learning NOTHING =
        new Learning(Optional.empty(), 0, Parameters.none(), Optional.empty());

    /// The sums of the head of a block, of no length where they are not wanted.
    double[] of(String name, MapTile block) {
      return sums.map(all -> all.of(name, part, block.b(), block.h())).orElse(UNWANTED);
    }
  }

  /// The sums of this head, of no length where they are not wanted.
  double[] sums(String name) {
    return learning.of(name, queries);
  }

  boolean wants(String name) {
    return learning.sums().isPresent() && learning.sums().get().wants(name);
  }

  /// @param after the constant factors of later modifiers
  ModifierStep scale(double after) {
    return new ScaleStep(this, sums("scale"), after);
  }

  ModifierStep bias(double after) {
    return new BiasStep(this, after);
  }

  /// @param place of the modifier among all of the call
  ModifierStep expression(int place, double after) {
    return new ExpressionStep(this, call.expression(place), place, after);
  }

  ModifierStep t5(Modifier.T5 t5, double after) {
    return new T5Step(this, t5, after);
  }

  ModifierStep forget(double after) {
    return new ForgetStep(this, after);
  }

  ModifierStep shaw(int reach, double after) {
    return new RelativeStep(this, RelativeKeys.shaw(call, reach), after);
  }

  ModifierStep transformerXl(int reach, double after) {
    return new RelativeStep(this, RelativeKeys.transformerXl(call, reach, queries.h()), after);
  }

  /// Whether a modifier needs the gradients of its own stage on the way back.
  boolean learns(Modifier modifier) {
    boolean readsQueries =
        modifier instanceof Modifier.Shaw || modifier instanceof Modifier.TransformerXl;
    return learning.sums().isPresent()
        && (readsQueries
            || modifier.needs(call.shape).stream().anyMatch(need -> wants(need.name())));
  }

  /// A soft cap after which comes a modifier that learns, so that its slopes wait for their turn.
  ModifierStep softCap(float cap) {
    return new SoftCapStep(kernels, cap);
  }

  private static float[] panel() {
    return new float[BackwardBlock.KEYS * QueryBlock.QUERIES];
  }

  private static final class SoftCapStep implements ModifierStep {
    private final AttentionTiles tiles;
    private final ModifierTiles modifiers;
    private final float cap;
    private final float[] slopes = panel();

    SoftCapStep(Kernels kernels, float cap) {
      this.tiles = kernels.attention();
      this.modifiers = kernels.modifiers();
      this.cap = cap;
    }

    @Override
    public void forward(QueryBlock block, int first) {
      tiles.softCap(block, cap);
    }

    @Override
    public void again(BackwardBlock block, int first) {
      tiles.softCap(block.queries(), cap);
      modifiers.slopes(block.queries(), cap, slopes);
    }

    @Override
    public void back(BackwardBlock block, int first) {
      modifiers.multiply(block, slopes);
    }
  }

  private static final class ScaleStep implements ModifierStep {
    private final Kernels kernels;
    private final float factor;
    private final double[] sums;
    private final double after;
    private final float[] before;

    ScaleStep(LearnedSteps of, double[] sums, double after) {
      this.kernels = of.kernels;
      this.factor = of.call.learned("scale", of.queries.h());
      this.sums = sums;
      this.after = after;
      this.before = sums.length == 0 ? new float[0] : panel();
    }

    @Override
    public void forward(QueryBlock block, int first) {
      kernels.attention().scale(block, factor);
    }

    @Override
    public void again(BackwardBlock block, int first) {
      if (sums.length > 0) {
        kernels.modifiers().copy(block.queries(), before);
      }
      forward(block.queries(), first);
    }

    @Override
    public void back(BackwardBlock block, int first) {
      if (sums.length > 0) {
        sums[0] += after * kernels.modifiers().dot(block, before);
      }
    }
  }

  /// A table that each place has a number of its own in, is added to where it lies: nobody else
  /// adds to these queries' rows, see [TiledBackward].
  private static final class BiasStep implements ModifierStep {
    private final ModifierTiles tiles;
    private final MapTile queries;
    private final BoundBias bias;
    private final Optional<BoundBias> gradient;
    private final double[] shared;
    private final float after;
    private final float[] unread = new float[QueryBlock.QUERIES];

    BiasStep(LearnedSteps of, double after) {
      this.tiles = of.kernels.modifiers();
      this.queries = of.queries;
      this.bias = BoundBias.of(of.call);
      this.after = (float) after;
      boolean own = bias.stride() != 0;
      this.gradient = of.learning.places().find(Modifier.BIAS).filter(_ -> own).map(BoundBias::new);
      this.shared = own ? UNWANTED : of.sums(Modifier.BIAS);
    }

    @Override
    public void forward(QueryBlock block, int first) {
      tiles.addRows(block, rows(bias, first, block.keys()));
    }

    private Matrix rows(BoundBias of, int first, int keys) {
      int at = of.row(queries.b(), queries.h(), queries.t0()) + first;
      return new Matrix(of.table().array(), at, queries.queries(), keys, of.stride(), 1);
    }

    @Override
    public void back(BackwardBlock block, int first) {
      gradient.ifPresent(
          into -> tiles.sumRows(block, after, rows(into, first, block.queries().keys())));
      if (shared.length > 0) {
        tiles.sumSums(block, unread, after, shared, first);
      }
    }
  }

  private static final class ForgetStep implements ModifierStep {
    private final ModifierTiles tiles;
    private final MapTile queries;
    private final Tensor keys;
    private final int keysAt;
    private final float[] ofQueries = new float[QueryBlock.QUERIES];
    private final float[] minusKeys = new float[QueryBlock.KEYS];
    private final float[] dQueries = new float[QueryBlock.QUERIES];
    private final double[] qSums;
    private final double[] kSums;
    private final double after;

    ForgetStep(LearnedSteps of, double after) {
      this.tiles = of.kernels.modifiers();
      this.queries = of.queries;
      this.after = after;
      Tensor each = of.call.input.parameters().get("forget.q");
      int from = of.call.row(each, queries.b(), queries.h()) + queries.t0();
      System.arraycopy(each.array(), from, ofQueries, 0, queries.queries());
      this.keys = of.call.input.parameters().get("forget.k");
      this.keysAt = of.call.row(keys, queries.b(), queries.h());
      this.qSums = of.sums("forget.q");
      double[] wanted = of.sums("forget.k");
      this.kSums =
          wanted.length == 0 && qSums.length > 0 ? new double[of.call.shape.keys()] : wanted;
    }

    @Override
    public void forward(QueryBlock block, int first) {
      for (int s = 0; s < block.keys(); s++) {
        minusKeys[s] = -keys.array()[keysAt + first + s];
      }
      tiles.addSums(block, ofQueries, minusKeys, 0);
    }

    @Override
    public void back(BackwardBlock block, int first) {
      if (kSums.length > 0) {
        tiles.sumSums(block, dQueries, (float) -after, kSums, first);
      }
    }

    @Override
    public void finish() {
      for (int t = 0; t < queries.queries() && qSums.length > 0; t++) {
        qSums[queries.t0() + t] += after * dQueries[t];
      }
    }
  }

  private static final class T5Step implements ModifierStep {
    private final ByDistance distances;
    private final Modifier.T5 t5;
    private final double[] sums;
    private final double after;

    T5Step(LearnedSteps of, Modifier.T5 t5, double after) {
      this.t5 = t5;
      this.sums = of.sums("t5");
      this.after = after;
      int heads = of.call.shape.heads();
      this.distances = new ByDistance(of, t5.maxDistance());
      float[] table = distances.table;
      for (int n = 0; n < table.length; n++) {
        int bucket = t5.bucket(-distances.distance(n));
        table[n] = of.call.learned("t5", bucket * heads + of.queries.h());
      }
    }

    @Override
    public void forward(QueryBlock block, int first) {
      distances.add(block, first);
    }

    @Override
    public void back(BackwardBlock block, int first) {
      if (sums.length > 0) {
        distances.sum(block, first);
      }
    }

    @Override
    public void finish() {
      for (int n = 0; n < distances.sums.length; n++) {
        sums[t5.bucket(-distances.distance(n))] += after * distances.sums[n];
      }
    }
  }

  /// A number for each distance, added to the scores of a block.
  static final class ByDistance {
    final float[] table;

    /// What the table gets; of no length until something comes.
    float[] sums = {};

    private final ModifierTiles tiles;
    private final DistanceTable places;
    private final MapTile queries;
    private float[] rows = {};

    ByDistance(LearnedSteps of, int reach) {
      this.tiles = of.kernels.modifiers();
      this.queries = of.queries;
      this.places = new DistanceTable(of.call, queries, reach);
      this.table = new float[places.size()];
    }

    int distance(int n) {
      return places.distance(n);
    }

    void add(QueryBlock block, int first) {
      int keys = block.keys();
      if (places.isInOrder()) {
        tiles.addWindows(block, table, places.starts(first, keys));
        return;
      }
      Matrix each = rows(keys);
      for (int t = 0; t < each.rows(); t++) {
        for (int s = 0; s < keys; s++) {
          rows[t * keys + s] = table[places.place(t, first + s)];
        }
      }
      tiles.addRows(block, each);
    }

    void sum(BackwardBlock block, int first) {
      if (sums.length == 0) {
        sums = new float[places.size()];
      }
      int keys = block.queries().keys();
      if (places.isInOrder()) {
        tiles.sumWindows(block, sums, places.starts(first, keys));
        return;
      }
      Matrix each = rows(keys);
      Arrays.fill(rows, 0, each.rows() * keys, 0);
      tiles.sumRows(block, 1, each);
      for (int t = 0; t < each.rows(); t++) {
        for (int s = 0; s < keys; s++) {
          sums[places.place(t, first + s)] += rows[t * keys + s];
        }
      }
    }

    private Matrix rows(int keys) {
      if (rows.length == 0) {
        rows = new float[QueryBlock.QUERIES * QueryBlock.KEYS];
      }
      return new Matrix(rows, 0, queries.queries(), keys, keys, 1);
    }
  }
}
