package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// Attention of each query to the keys nearest to it in a memory: a softmax over `count` inner
/// products, and the values weighed by it. Queries get gradients, the memory does not.
///
/// Queries `[B, T, H·E]` give `[B, T, H·W]`; zeros where the memory is empty.
public final class Recall implements Operation {
  private final Tensor q;
  private final NeighbourMemory memory;
  private final int heads;
  private final int count;
  private final float scale;
  private final int groups;
  private final int width;
  private final int valueWidth;
  private Found[] found = {};

  /// What was found for the queries of one key/value head, `[queries, count]`: the blocks, and for
  /// each the block's place, the row in it and the weight.
  private record Found(
      List<NeighbourMemory.Block> blocks, int[] block, int[] row, float[] weight, int[] counts) {
    static Found of(List<NeighbourMemory.Block> blocks, int queries, int count) {
      int size = Math.multiplyExact(queries, count);
      return new Found(blocks, new int[size], new int[size], new float[size], new int[queries]);
    }
  }

  /// @param q `[B, T, H·E]`
  /// @param heads `H`
  /// @param count neighbours of a query
  public Recall(Tensor q, NeighbourMemory memory, int heads, int count) {
    this.q = q;
    this.memory = memory;
    this.heads = heads;
    this.count = count;
    this.groups = memory.shape().groups();
    this.width = memory.shape().width();
    this.valueWidth = memory.shape().valueWidth();
    this.scale = (float) (1 / Math.sqrt(width));
    if (q.shape().rank() != 3
        || q.axis(0) != memory.shape().batch()
        || q.axis(2) != heads * width
        || heads % groups != 0
        || count < 1) {
      throw new ShapeException(
          "recall: %d neighbours of q %s with %d heads do not fit a memory of %s; [%d, T, %d] would"
              .formatted(count, q, heads, memory.shape(), memory.shape().batch(), heads * width));
    }
  }

  @Override
  public List<Operand> operands() {
    return List.of(q);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(Shape.of(q.axis(0), q.axis(1), heads * valueWidth));
    found = new Found[q.axis(0) * groups];
    run.workers()
        .run(
            found.length,
            (task, _) -> {
              List<NeighbourMemory.Block> blocks = memory.blocks(task / groups, task % groups);
              found[task] = Found.of(blocks, q.axis(1) * (heads / groups), count);
              Search search = new Search(found[task], run.kernels().rows());
              each(task, (query, from, to) -> search.look(query, from, y, to));
            });
    return y;
  }

  private interface Query {
    /// @param query number among those of the key/value head
    /// @param from where it begins in `q`
    /// @param to where its result begins
    void at(int query, int from, int to);
  }

  private void each(int task, Query body) {
    int size = heads / groups;
    int first = task % groups * size;
    for (int t = 0; t < q.axis(1); t++) {
      for (int head = first; head < first + size; head++) {
        int row = (task / groups * q.axis(1) + t) * heads + head;
        body.at(t * size + head - first, row * width, row * valueWidth);
      }
    }
  }

  /// One thread's way through the queries of a key/value head.
  private final class Search {
    private final Found into;
    private final Rows rows;
    private final int[] near = new int[count];
    private final Best best = new Best();

    Search(Found into, Rows rows) {
      this.into = into;
      this.rows = rows;
    }

    void look(int query, int from, Tensor y, int to) {
      int at = y.offset() + to;
      Arrays.fill(y.array(), at, at + valueWidth, 0);
      collect(from);
      int first = query * count;
      float largest = best.count() == 0 ? 0 : scale * best.score(0);
      double total = 0;
      for (int n = 0; n < best.count(); n++) {
        into.weight[first + n] = (float) Math.exp(scale * best.score(n) - largest);
        total += into.weight[first + n];
        into.block[first + n] = best.number(n) % into.blocks.size();
        into.row[first + n] = best.number(n) / into.blocks.size();
      }
      for (int n = first; n < first + best.count(); n++) {
        into.weight[n] /= (float) total;
        float[] values = into.blocks.get(into.block[n]).values;
        rows.addScaled(into.weight[n], values, into.row[n] * valueWidth, y.array(), at, valueWidth);
      }
      into.counts[query] = best.count();
    }

    /// Finds the nearest of all blocks; their numbers are rows times the number of blocks plus the
    /// block's place.
    private void collect(int from) {
      best.begin(count);
      int places = into.blocks.size();
      for (int place = 0; place < places; place++) {
        NeighbourMemory.Block block = into.blocks.get(place);
        int some = block.index.find(q.array(), q.offset() + from, near);
        for (int n = 0; n < some; n++) {
          best.add(dot(block.keys, near[n] * width, from), near[n] * places + place);
        }
      }
    }
  }

  private float dot(float[] keys, int at, int from) {
    double sum = 0;
    for (int e = 0; e < width; e++) {
      sum += (double) q.array()[q.offset() + from + e] * keys[at + e];
    }
    return (float) sum;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(q)) {
      return;
    }
    Tensor dq = gradients.of(q);
    run.workers()
        .run(
            found.length,
            (task, _) -> {
              Back back = new Back(found[task], dy, dq, run.kernels().rows());
              each(task, back::add);
            });
  }

  /// One thread's way back: `dq = scale Σ w (dw - Σ w dw) k`, where `dw = dy · v`.
  private final class Back {
    private final Found of;
    private final Tensor dy;
    private final Tensor dq;
    private final Rows rows;
    private final double[] slopes = new double[count];

    Back(Found of, Tensor dy, Tensor dq, Rows rows) {
      this.of = of;
      this.dy = dy;
      this.dq = dq;
      this.rows = rows;
    }

    void add(int query, int to, int from) {
      int first = query * count;
      int some = of.counts[query];
      double mean = 0;
      for (int n = 0; n < some; n++) {
        slopes[n] = slope(first + n, from);
        mean += of.weight[first + n] * slopes[n];
      }
      for (int n = 0; n < some; n++) {
        float factor = (float) (scale * of.weight[first + n] * (slopes[n] - mean));
        float[] keys = of.blocks.get(of.block[first + n]).keys;
        int at = of.row[first + n] * width;
        rows.addScaled(factor, keys, at, dq.array(), dq.offset() + to, width);
      }
    }

    private double slope(int place, int from) {
      float[] values = of.blocks.get(of.block[place]).values;
      int at = of.row[place] * valueWidth;
      double sum = 0;
      for (int w = 0; w < valueWidth; w++) {
        sum += (double) dy.array()[dy.offset() + from + w] * values[at + w];
      }
      return sum;
    }
  }
}
