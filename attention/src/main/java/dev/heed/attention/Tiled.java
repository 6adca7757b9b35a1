package dev.heed.attention;

import dev.heed.attention.expression.Cover;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import java.util.Arrays;

/// The default: tiles of queries and keys, an online softmax, no map; memory grows with the number
/// of positions, and tiles that the mask empties cost nothing.
///
/// [Rabe and Staats 2021](https://arxiv.org/abs/2112.05682), [Dao
/// 2023](https://arxiv.org/abs/2307.08691).
public record Tiled() implements Executor {
  private static final int QUERY_TILE = 32;
  private static final int KEY_TILE = 128;

  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    AttentionShape shape = call.shape;
    int tiles = (shape.queries() + QUERY_TILE - 1) / QUERY_TILE;
    run.workers()
        .run(
            shape.batch() * shape.heads() * tiles,
            (task, _) -> {
              int head = task / tiles;
              int t0 = task % tiles * QUERY_TILE;
              int t1 = Math.min(shape.queries(), t0 + QUERY_TILE);
              OnlineTile tile =
                  new OnlineTile(
                      call, head / shape.heads(), head % shape.heads(), run.kernels().rows());
              tile.run(t0, t1, out);
            });
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    throw new UnsupportedCombinationException(
        "executor Tiled", "backward", "executor Reference computes gradients");
  }

  @Override
  public int queryTile() {
    return QUERY_TILE;
  }

  @Override
  public int keyTile() {
    return KEY_TILE;
  }

  @Override
  public long scratch(AttentionShape shape) {
    return 8L * KEY_TILE + 8L * QUERY_TILE;
  }

  /// One tile of queries against all keys.
  private static final class OnlineTile {
    private final BoundCall call;
    private final AttentionInput input;
    private final int b;
    private final int h;
    private final int g;
    private final Rows rows;
    private final float[] scores = new float[KEY_TILE];
    private final int[] visible = new int[KEY_TILE];
    private final BoundMask.Reader mask;

    OnlineTile(BoundCall call, int b, int h, Rows rows) {
      this.call = call;
      this.input = call.input;
      this.b = b;
      this.h = h;
      this.g = call.shape.groupOf(h);
      this.rows = rows;
      this.mask = call.mask.reader(KEY_TILE);
    }

    void run(int t0, int t1, HeadView out) {
      int width = call.shape.valueWidth();
      float[] maximum = new float[t1 - t0];
      float[] sum = new float[t1 - t0];
      start(maximum, sum);
      for (int t = t0; t < t1; t++) {
        Arrays.fill(out.array(), out.row(b, h, t), out.row(b, h, t) + width, 0);
      }
      for (int s0 = 0; s0 < call.shape.keys(); s0 += KEY_TILE) {
        int s1 = Math.min(call.shape.keys(), s0 + KEY_TILE);
        MapTile keys = new MapTile(b, h, t0, t1, s0, s1);
        Cover cover = call.mask.cover(keys);
        for (int t = t0; t < t1 && cover != Cover.EMPTY; t++) {
          score(keys, t, cover);
          accumulate(keys, t, maximum, sum, out);
        }
      }
      for (int t = t0; t < t1; t++) {
        int at = out.row(b, h, t);
        rows.scale(sum[t - t0] == 0 ? 0 : 1 / sum[t - t0], out.array(), at, out.array(), at, width);
      }
    }

    private void start(float[] maximum, float[] sum) {
      boolean sink = call.attention.normalizer() instanceof Normalizer.Sink;
      Arrays.fill(maximum, sink ? input.sink().orElseThrow()[h] : Float.NEGATIVE_INFINITY);
      Arrays.fill(sum, sink ? 1 : 0);
    }

    private void score(MapTile tile, int t, Cover cover) {
      int s0 = tile.s0();
      int s1 = tile.s1();
      int query = input.q().row(b, h, t);
      int width = call.shape.width();
      Arrays.fill(visible, 0, s1 - s0, -1);
      if (cover == Cover.PARTIAL) {
        mask.fill(tile, t, visible, 0);
      }
      for (int s = s0; s < s1; s++) {
        scores[s - s0] =
            visible[s - s0] == 0
                ? 0
                : (float) call.scale
                    * rows.dot(
                        input.q().array(), query, input.k().array(), input.k().row(b, g, s), width);
      }
      for (Modifier modifier : call.attention.modifiers()) {
        modify(modifier, t, s0, s1);
      }
      for (int s = 0; s < s1 - s0; s++) {
        scores[s] = visible[s] == 0 ? Float.NEGATIVE_INFINITY : scores[s];
      }
    }

    private void modify(Modifier modifier, int t, int s0, int s1) {
      int count = s1 - s0;
      switch (modifier) {
        case Modifier.Scale scale ->
            rows.scale((float) scale.factor(h), scores, 0, scores, 0, count);
        case Modifier.SoftCap(double cap) -> rows.softCap((float) cap, scores, 0, scores, 0, count);
        case Modifier.Alibi _ -> {
          float slope = (float) Modifier.Alibi.slope(h, call.shape.heads());
          int i = input.qPos().at(b, t);
          int from = input.kPos().row(b) + s0;
          for (int s = 0; s < count; s++) {
            scores[s] -= slope * Math.abs(i - input.kPos().array()[from + s]);
          }
        }
      }
    }

    private void accumulate(MapTile tile, int t, float[] maximum, float[] sum, HeadView out) {
      int row = t - tile.t0();
      int s0 = tile.s0();
      int s1 = tile.s1();
      float largest = maximum[row];
      for (int s = 0; s < s1 - s0; s++) {
        largest = Math.max(largest, scores[s]);
      }
      if (largest == Float.NEGATIVE_INFINITY) {
        return;
      }
      int at = out.row(b, h, t);
      int width = call.shape.valueWidth();
      float kept = (float) Math.exp(maximum[row] - largest);
      rows.scale(kept, out.array(), at, out.array(), at, width);
      sum[row] *= kept;
      maximum[row] = largest;
      for (int s = 0; s < s1 - s0; s++) {
        if (visible[s] != 0) {
          float weight = (float) Math.exp(scores[s] - largest);
          sum[row] += weight;
          rows.addScaled(
              weight, input.v().array(), input.v().row(b, g, s0 + s), out.array(), at, width);
        }
      }
    }
  }
}
