package dev.heed.attention.source;

import dev.heed.attention.Attend;
import dev.heed.attention.CacheShape;
import dev.heed.attention.HeadView;
import dev.heed.attention.Positions;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Attention of each query to the keys nearest to it in a memory, or in the segments of its own
/// text that are past: a softmax over `count` inner products, and the values weighed by it. Queries
/// get gradients, what is remembered does not.
///
/// Queries `[B, T, H·E]` give `[B, T, H·W]`; zeros where the memory is empty.
public final class Recall implements Operation {
  private final Tensor q;
  private final Where where;
  private final int heads;
  private final int count;
  private final float scale;
  private final int groups;
  private final int width;
  private final int valueWidth;
  private Found[] found = {};

  /// What was found for the queries of one key/value head, `[queries, count]`: the blocks that were
  /// looked at, and for each neighbour the block's place, the row in it and the weight.
  private record Found(
      List<NeighbourMemory.Block> blocks, int[] block, int[] row, float[] weight, int[] counts) {
    static Found of(int queries, int count) {
      int size = Math.multiplyExact(queries, count);
      return new Found(
          new ArrayList<>(), new int[size], new int[size], new float[size], new int[queries]);
    }

    /// Takes in blocks; the new ones are the last.
    void take(List<NeighbourMemory.Block> now) {
      int from = blocks.isEmpty() ? 0 : now.indexOf(blocks.getLast()) + 1;
      blocks.addAll(now.subList(from, now.size()));
    }
  }

  /// Where queries look.
  private sealed interface Where {
    /// A memory that does not change meanwhile.
    record InMemory(NeighbourMemory memory) implements Where {}

    /// The segments before, and the keys and values of the text that is read.
    record InPast(Past past, HeadView k, HeadView v) implements Where {}

    /// The blocks that queries of a position look at.
    ///
    /// @param head batch times `G` plus the key/value head
    default List<NeighbourMemory.Block> blocks(int head, int t) {
      return switch (this) {
        case InMemory(NeighbourMemory memory) -> memory.blocks(head);
        case InPast(Past past, HeadView k, HeadView v) -> past.read(head, t, k, v);
      };
    }
  }

  /// @param q `[B, T, H·E]`
  /// @param heads `H`
  /// @param count neighbours of a query
  public Recall(Tensor q, NeighbourMemory memory, int heads, int count) {
    this(q, new Where.InMemory(memory), memory.shape(), heads, count);
  }

  /// Of a text's own past, which has read the text when this is over; it is computed once.
  ///
  /// @param text queries `[B, T, H·E]`, keys `[B, T, G·E]` and values `[B, T, G·W]`
  static Recall ofPast(Attend.Operands text, Past past, int heads, int count) {
    int groups = past.shape().groups();
    HeadView k = HeadView.split(text.k(), groups);
    HeadView v = HeadView.split(text.v(), groups);
    past.shape().check(k, v, Positions.range(0, text.q().axis(1)));
    return new Recall(text.q(), new Where.InPast(past, k, v), past.shape(), heads, count);
  }

  private Recall(Tensor q, Where where, CacheShape shape, int heads, int count) {
    this.q = q;
    this.where = where;
    this.heads = heads;
    this.count = count;
    this.groups = shape.groups();
    this.width = shape.width();
    this.valueWidth = shape.valueWidth();
    this.scale = (float) (1 / Math.sqrt(width));
    if (q.shape().rank() != 3
        || q.axis(0) != shape.batch()
        || q.axis(2) != heads * width
        || heads % groups != 0
        || count < 1) {
      throw new ShapeException(
          "recall: %d neighbours of q %s with %d heads do not fit a memory of %s; [%d, T, %d] would"
              .formatted(count, q, heads, shape, shape.batch(), heads * width));
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
    if (where instanceof Where.InPast(Past past, _, _)) {
      past.open(run.kernels().lookup());
    }
    run.workers()
        .run(
            found.length,
            (task, _) -> {
              found[task] = Found.of(q.axis(1) * (heads / groups), count);
              Search search = new Search(task, run.kernels().rows());
              each(task, (query, from, to) -> search.look(query, from, y, to));
            });
    if (where instanceof Where.InPast(Past past, _, _)) {
      past.advance(q.axis(1));
    }
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
    private final int task;
    private final Found into;
    private final Rows rows;
    private final int[] near = new int[count];
    private final Best best = new Best();
    private List<NeighbourMemory.Block> open = List.of();

    Search(int task, Rows rows) {
      this.task = task;
      this.into = found[task];
      this.rows = rows;
    }

    void look(int query, int from, Tensor y, int to) {
      if (query % (heads / groups) == 0) {
        open = where.blocks(task, query / (heads / groups));
        into.take(open);
      }
      int at = y.offset() + to;
      Arrays.fill(y.array(), at, at + valueWidth, 0);
      collect(from);
      int first = query * count;
      float largest = best.count() == 0 ? 0 : scale * best.score(0);
      double total = 0;
      for (int n = 0; n < best.count(); n++) {
        into.weight[first + n] = (float) Math.exp(scale * best.score(n) - largest);
        total += into.weight[first + n];
        int place = best.number(n) % open.size();
        into.block[first + n] = into.blocks.size() - open.size() + place;
        into.row[first + n] = best.number(n) / open.size();
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
      int places = open.size();
      for (int place = 0; place < places; place++) {
        NeighbourMemory.Block block = open.get(place);
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
