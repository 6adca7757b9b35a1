package dev.heed.attention;

import dev.heed.attention.expression.Cover;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows;
import dev.heed.kernel.TileMachine;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// One chunk of keys and values of one key/value head, looked at by the query heads that share it.
///
/// Only runs of keys that a query sees are read, so that what is hidden cannot matter.
final class DecodeChunk {
  private static final int CHUNK = DecodeParts.CHUNK;

  private final BoundCall call;
  private final MapTile tile;
  private final Kernels kernels;
  private final Modify modify;
  private final HeadRows.Reader keys;
  private final HeadRows.Reader values;
  private final float[] scores;
  private final int scoresAt;
  private final int[] visible = new int[CHUNK];
  private final int[] starts = new int[CHUNK];
  private final int[] counts = new int[CHUNK];
  private int runs;
  private int seen;

  /// @param tile the chunk, with the first head of the group
  DecodeChunk(BoundCall call, MapTile tile, Kernels kernels, Workspace scratch) {
    this.call = call;
    this.tile = tile;
    this.kernels = kernels;
    this.modify =
        new Modify(call, kernels, scratch.keep(TileMachine.class, _ -> true, TileMachine::new));
    this.keys = call.input.keys().reader(CHUNK, scratch);
    this.values = call.input.values().reader(CHUNK, scratch);
    Tensor memory = scratch.take(call.shape.groupSize(), CHUNK);
    this.scores = memory.array();
    this.scoresAt = memory.offset();
  }

  /// What is done with one query and heads that see alike.
  private interface Step {
    /// @param head the first of the heads in the group
    void run(MapTile heads, int t, int head, int together);
  }

  private void visit(Step step) {
    int size = call.shape.groupSize();
    int together = call.mask.readsHead() ? 1 : size;
    BoundMask.Reader mask = call.mask.reader(CHUNK);
    for (int head = 0; head < size; head += together) {
      MapTile heads = tile.withHead(tile.h() + head);
      Cover cover = call.mask.cover(heads);
      for (int t = tile.t0(); t < tile.t1(); t++) {
        findRuns(heads, t, cover, mask);
        step.run(heads, t, head, together);
      }
    }
  }

  /// Writes the parts of all queries and heads.
  void into(DecodeParts parts, Tensor memory, int task) {
    visit((heads, t, head, together) -> {
      int at = memory.offset() + parts.row(task, t - tile.t0(), head);
      look(heads, t, together);
      weigh(memory.array(), at, together);
      mix(heads, memory.array(), at, together);
    });
  }

  /// Writes the scores of all queries and heads to their places in `rows`; those that are hidden
  /// are left as they are.
  void scoresInto(DecodeRows rows) {
    visit((heads, t, _, together) -> {
      look(heads, t, together);
      for (int head = 0; head < together; head++) {
        int used = scoresAt + head * CHUNK;
        int row = rows.row(heads.b(), heads.h() + head, t - heads.t0()) + heads.s0();
        for (int run = 0; run < runs; run++) {
          System.arraycopy(scores, used, rows.array(), row + starts[run], counts[run]);
          used += counts[run];
        }
      }
    });
  }

  /// Writes the parts of all queries and heads whose weights are known.
  void into(DecodeParts parts, Tensor memory, int task, DecodeRows rows) {
    int width = call.shape.valueWidth();
    visit((heads, t, first, together) -> {
      int at = memory.offset() + parts.row(task, t - tile.t0(), first);
      for (int head = 0; head < together; head++) {
        int used = scoresAt + head * CHUNK;
        int row = rows.row(heads.b(), heads.h() + head, t - heads.t0()) + heads.s0();
        for (int run = 0; run < runs; run++) {
          System.arraycopy(rows.array(), row + starts[run], scores, used, counts[run]);
          used += counts[run];
        }
        // as if each were an exponential, and all of them added up to 1
        int largestAt = at + head * (width + 2) + width;
        memory.array()[largestAt] = 0;
        memory.array()[largestAt + 1] = heads.s0() == 0 ? 1 : 0;
      }
      mix(heads, memory.array(), at, together);
    });
  }

  private void findRuns(MapTile heads, int t, Cover cover, BoundMask.Reader mask) {
    runs = 0;
    seen = cover == Cover.FULL ? heads.keys() : 0;
    if (cover == Cover.FULL) {
      addRun(0, heads.keys());
    } else if (cover == Cover.PARTIAL) {
      mask.fill(heads, t, visible, 0);
      int start = 0;
      for (int n = 0; n < heads.keys(); n++) {
        if (visible[n] == 0) {
          addRun(start, n - start);
          start = n + 1;
        }
      }
      addRun(start, heads.keys() - start);
      for (int run = 0; run < runs; run++) {
        seen += counts[run];
      }
    }
  }

  /// Adds a run of keys, cut where they do not lie together.
  private void addRun(int start, int count) {
    int stop = start + count;
    for (int from = start; from < stop; ) {
      int together = call.input.keys().end(tile.b(), tile.s0() + from) - tile.s0();
      int to = Math.min(stop, together);
      starts[runs] = from;
      counts[runs++] = to - from;
      from = to;
    }
  }

  /// Scores of all heads, those of visible keys side by side.
  private void look(MapTile heads, int t, int together) {
    HeadView q = call.input.q();
    int b = heads.b();
    Matrix few =
        new Matrix(
            q.array(), q.row(b, heads.h(), t), together, q.axes().width(), q.headStride(), 1);
    int used = 0;
    for (int run = 0; run < runs; run++) {
      Matrix keys = rows(this.keys, heads, run);
      Matrix to = new Matrix(scores, scoresAt + used, together, counts[run], CHUNK, 1);
      if (call.attention.score() instanceof Score.Additive) {
        add(heads.h(), few, keys, scoresAt + used);
      } else {
        kernels.lookup().dots((float) call.scale, few, keys, to);
      }
      int s = heads.s0() + starts[run];
      for (int head = 0; head < together; head++) {
        MapTile row = new MapTile(b, heads.h() + head, t, t + 1, s, s + counts[run]);
        modify.row(row, scores, scoresAt + head * CHUNK + used);
      }
      used += counts[run];
    }
  }

  /// The additive scores of one query of head `h`, which has keys of its own.
  private void add(int h, Matrix query, Matrix keys, int at) {
    Rows rows = kernels.rows();
    int hidden = keys.columns();
    float[] inner = new float[hidden];
    float factor = (float) call.scale * call.temperature(h);
    for (int s = 0; s < keys.rows(); s++) {
      int key = keys.offset() + s * keys.rowStride();
      rows.add(query.array(), query.offset(), keys.array(), key, inner, 0, hidden);
      rows.tanh(inner, 0, inner, 0, hidden);
      float sum = 0;
      for (int a = 0; a < hidden; a++) {
        sum += call.learned("additive.v", h * hidden + a) * inner[a];
      }
      scores[at + s] = factor * sum;
    }
  }

  private Matrix rows(HeadRows.Reader reader, MapTile heads, int run) {
    int from = heads.s0() + starts[run];
    return reader.rows(heads.b(), call.shape.groupOf(heads.h()), from, from + counts[run]);
  }

  /// Turns scores into exponentials, and writes the largest score and their sum.
  private void weigh(float[] out, int at, int together) {
    int width = call.shape.valueWidth();
    for (int head = 0; head < together; head++) {
      int row = scoresAt + head * CHUNK;
      int largestAt = at + head * (width + 2) + width;
      float largest = kernels.lookup().largest(scores, row, seen);
      out[largestAt] = largest;
      if (largest == Float.NEGATIVE_INFINITY) {
        Arrays.fill(scores, row, row + seen, 0);
        out[largestAt + 1] = 0;
      } else {
        out[largestAt + 1] = kernels.lookup().exponentials(largest, scores, row, seen);
      }
    }
  }

  private void mix(MapTile heads, float[] out, int at, int together) {
    int width = call.shape.valueWidth();
    for (int head = 0; head < together; head++) {
      int row = at + head * (width + 2);
      Arrays.fill(out, row, row + width, 0);
    }
    Matrix to = new Matrix(out, at, together, width, width + 2, 1);
    int used = 0;
    for (int run = 0; run < runs; run++) {
      Matrix weights = new Matrix(scores, scoresAt + used, together, counts[run], CHUNK, 1);
      kernels.lookup().mix(weights, rows(values, heads, run), to);
      used += counts[run];
    }
  }
}
