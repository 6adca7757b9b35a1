package dev.heed.attention;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.TileMachine;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.Optional;

/// A block of queries of all heads of a batch, with every score of the keys that some of them may
/// see: what mixes rows of heads needs them together, and what is added to values by distance needs
/// weights that are final. Maps are `[H, n, K]` for `n` queries and `K` keys from [#s0] on.
final class MixedBlock {
  /// Numbers of a map that a block may have, about; longer texts have fewer queries to a block.
  private static final int MAP = 1 << 19;

  final BoundCall call;
  final AttentionShape shape;
  final Kernels kernels;
  final Workspace scratch;
  final Optional<MixedValues> values;

  /// Queries of a full block.
  final int size;

  int b;
  int t0;
  int t1;
  int s0;
  int s1;

  /// The maps; they stay with a thread.
  final Maps maps;

  /// The maps of a block.
  static final class Maps {
    /// The scores before any modifier.
    float[] raw = {};

    /// Those after heads talked.
    float[] mixed = {};

    /// The scores that the normalizer sees, -∞ where hidden; then the weights that it gave.
    float[] weights = {};

    /// The weights that values are weighed with, after heads talked and chance dropped.
    float[] last = {};

    /// What chance makes of each weight: a factor, 0 where the query does not see the key.
    float[] kept = {};

    /// Whether the query does not see the key.
    boolean[] hidden = {};

    /// The gradients of the last map, on their way back to those of the first.
    float[] gradients = {};

    /// Room for the same.
    float[] spare = {};

    private void grow(int count) {
      if (raw.length < count) {
        raw = new float[count];
        mixed = new float[count];
        weights = new float[count];
        last = new float[count];
        kept = new float[count];
        hidden = new boolean[count];
      }
    }

    /// Makes room for gradients.
    void growBack() {
      if (gradients.length < raw.length) {
        gradients = new float[raw.length];
        spare = new float[raw.length];
      }
    }
  }

  private final BoundMask.Reader mask;
  private final Modify modify;
  private final RowNormalizer normalizer;
  private final KeyTiles tiles;
  private final int[] found;
  private final int[] visible;
  private final double[] scoreRow;
  private final double[] weightRow;

  MixedBlock(BoundCall call, KeyTiles tiles, Kernels kernels, Workspace scratch) {
    this.call = call;
    this.shape = call.shape;
    this.kernels = kernels;
    this.scratch = scratch;
    this.tiles = tiles;
    this.size = queries(shape);
    this.values = RelativeKeys.values(call).map(values -> new MixedValues(this, values));
    this.mask = call.mask.reader(shape.keys());
    this.modify =
        new Modify(call, kernels, scratch.keep(TileMachine.class, _ -> true, TileMachine::new));
    this.maps = scratch.keep(Maps.class, _ -> true, Maps::new);
    this.normalizer = new RowNormalizer(call);
    this.found = new int[tiles.count()];
    this.visible = new int[shape.keys()];
    this.scoreRow = new double[shape.keys()];
    this.weightRow = new double[shape.keys()];
  }

  /// Queries of a full block of a call of these lengths.
  static int queries(AttentionShape shape) {
    long row = Math.max(1, (long) shape.heads() * shape.keys());
    return Math.clamp(MAP / row, 1, 64);
  }

  /// Whether a call is computed in such blocks.
  static boolean isFor(BoundCall call) {
    return !call.attention.mixings().isEmpty();
  }

  /// Checks that such blocks can honour a call.
  static void check(BoundCall call) {
    if (isFor(call) && call.attention.score() instanceof Score.Additive) {
      throw new UnsupportedCombinationException(
          "score " + call.attention.score().text(),
          Mixing.texts(call.attention.mixings()),
          "executor Reference, or a score that is an inner product,");
    }
  }

  int queries() {
    return t1 - t0;
  }

  int keys() {
    return s1 - s0;
  }

  /// Where the row of a query begins in a map.
  int row(int h, int t) {
    return (h * queries() + t - t0) * keys();
  }

  /// The rows of a head in a map, `[n, K]`.
  Matrix ofHead(float[] map, int h) {
    return new Matrix(map, h * queries() * keys(), queries(), keys(), keys(), 1);
  }

  /// All of a map, a head a row, `[H, n K]`.
  Matrix allOf(float[] map) {
    int row = queries() * keys();
    return new Matrix(map, 0, shape.heads(), row, row, 1);
  }

  /// The block's queries of a head of a view.
  Matrix queriesOf(HeadView view, int h) {
    return rows(view, h, t0, t1);
  }

  /// The block's keys of a key/value head of a view.
  Matrix keysOf(HeadView view, int g) {
    return rows(view, g, s0, s1);
  }

  private Matrix rows(HeadView view, int h, int from, int to) {
    int at = view.row(b, h, from);
    return new Matrix(view.array(), at, to - from, view.axes().width(), view.rowStride(), 1);
  }

  /// The matrix by which heads talk.
  Matrix talking(String name) {
    return Matrix.of(call.input.parameters().get(name));
  }

  /// Moves to queries of a batch, and to the keys that some of them may see.
  ///
  /// @return whether there are such keys
  boolean at(int batch, int first) {
    b = batch;
    t0 = first;
    t1 = Math.min(shape.queries(), first + size);
    s0 = shape.keys();
    s1 = 0;
    int heads = call.mask.readsHead() ? shape.heads() : 1;
    for (int h = 0; h < heads; h++) {
      int count = tiles.find(new MapTile(b, h, t0, t1, 0, 0), found);
      if (count > 0) {
        int low = found[0] < 0 ? ~found[0] : found[0];
        int high = found[count - 1] < 0 ? ~found[count - 1] : found[count - 1];
        s0 = Math.min(s0, tiles.start(low));
        s1 = Math.max(s1, tiles.end(high));
      }
    }
    return s0 < s1;
  }

  /// Numbers of a map.
  int count() {
    return shape.heads() * queries() * keys();
  }

  /// Computes all maps.
  void weigh() {
    maps.grow(count());
    see();
    for (int h = 0; h < shape.heads(); h++) {
      Matrix keys = keysOf(call.input.k(), shape.groupOf(h));
      Matrix queries = queriesOf(call.input.q(), h);
      kernels.products().multiply(queries, keys.transpose(), ofHead(maps.raw, h), scratch);
    }
    kernels.rows().scale((float) call.scale, maps.raw, 0, maps.raw, 0, count());
    talk(Mixing.TalkScores.class, Mixing.SCORES, maps.raw, maps.mixed);
    for (int h = 0; h < shape.heads(); h++) {
      for (int t = t0; t < t1; t++) {
        weigh(h, t);
      }
    }
    talk(Mixing.TalkWeights.class, Mixing.WEIGHTS, maps.weights, maps.last);
    for (int n = 0; n < count(); n++) {
      maps.last[n] = maps.kept[n] == 0 ? 0 : maps.kept[n] * maps.last[n];
    }
  }

  private void talk(Class<? extends Mixing> kind, String name, float[] from, float[] to) {
    if (call.attention.mixes(kind)) {
      kernels.products().multiply(talking(name), allOf(from), allOf(to), scratch);
    } else {
      System.arraycopy(from, 0, to, 0, count());
    }
  }

  /// Finds who sees what, and what chance leaves of it.
  private void see() {
    boolean alike = !call.mask.readsHead() && call.chance.isNone();
    for (int h = 0; h < shape.heads(); h++) {
      if (alike && h > 0) {
        int size = queries() * keys();
        System.arraycopy(maps.hidden, 0, maps.hidden, h * size, size);
        System.arraycopy(maps.kept, 0, maps.kept, h * size, size);
        continue;
      }
      for (int t = t0; t < t1; t++) {
        mask.fill(new MapTile(b, h, t, t + 1, s0, s1), t, visible, 0);
        draw(h, t, row(h, t));
      }
    }
  }

  private void draw(int h, int t, int at) {
    BoundChance chance = call.chance;
    if (chance.isNone()) {
      for (int n = 0; n < keys(); n++) {
        maps.hidden[at + n] = visible[n] == 0;
        maps.kept[at + n] = visible[n] == 0 ? 0 : 1;
      }
      return;
    }
    CounterRandom keyRow = chance.keyRow(b, h, t);
    CounterRandom weightRow = chance.weightRow(b, h, t);
    boolean dropsHead = chance.dropsHead(b, h);
    for (int n = 0; n < keys(); n++) {
      boolean hides = visible[n] == 0 || chance.dropsKey(keyRow, s0 + n);
      boolean drops = hides || dropsHead || chance.dropsWeight(weightRow, s0 + n);
      maps.hidden[at + n] = hides;
      maps.kept[at + n] = drops ? 0 : chance.factor();
    }
  }

  /// Scores and weights of one row.
  private void weigh(int h, int t) {
    int at = row(h, t);
    float[] weights = maps.weights;
    System.arraycopy(maps.mixed, at, weights, at, keys());
    modify.row(new MapTile(b, h, t, t + 1, s0, s1), weights, at);
    for (int n = at; n < at + keys(); n++) {
      weights[n] = maps.hidden[n] ? Float.NEGATIVE_INFINITY : weights[n];
    }
    if (call.attention.normalizer() instanceof Normalizer.Softmax) {
      kernels.rows().softmax(weights, at, weights, at, keys());
      return;
    }
    Arrays.fill(scoreRow, Double.NEGATIVE_INFINITY);
    for (int n = 0; n < keys(); n++) {
      scoreRow[s0 + n] = weights[at + n];
    }
    normalizer.weigh(b, h, scoreRow, weightRow);
    for (int n = 0; n < keys(); n++) {
      weights[at + n] = (float) weightRow[s0 + n];
    }
  }

  /// Adds the weighted values of distances to the results of a head.
  void addDistances(int h, HeadView out) {
    values.ifPresent(distances -> distances.addTo(queriesOf(out, h), h));
  }

  /// `c += a b`, where what is zero in `a` counts nowhere, whatever it meets: a query that does not
  /// see a key has a zero for it.
  void multiplyAdd(Matrix a, Matrix b, Matrix c) {
    if (b.isFinite()) {
      kernels.products().multiplyAdd(a, b, c, scratch);
      return;
    }
    for (int row = 0; row < a.rows(); row++) {
      for (int n = 0; n < a.columns(); n++) {
        float factor = a.array()[a.offset() + row * a.rowStride() + n * a.columnStride()];
        for (int column = 0; column < b.columns() && factor != 0; column++) {
          float each = b.array()[b.offset() + n * b.rowStride() + column * b.columnStride()];
          c.array()[c.offset() + row * c.rowStride() + column] += factor * each;
        }
      }
    }
  }
}
