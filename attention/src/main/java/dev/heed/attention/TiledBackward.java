package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.KeyGradients;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// The backward pass of one call in tiles: what its tasks share.
///
/// A key/value head with all the blocks of queries that look at it is a task, so that what keys and
/// values get is added up by one thread in one order. Where there are few such heads, the blocks
/// are dealt out to several tasks, each with sums of its own, which are added in their order at the
/// end: by shapes alone, never by threads.
final class TiledBackward {
  /// Key/value heads from which on each is one task.
  private static final int MANY_HEADS = 8;

  /// Tasks that fewer heads are cut into, about.
  private static final int TASKS = 16;

  /// Keys of a task that adds sums up.
  private static final int KEYS_A_TASK = 256;

  final BoundCall call;
  final AttentionShape shape;
  final Tiled.Forward forward;
  final HeadView dOut;
  final InputGradients dx;
  final Kernels kernels;
  final KeyTiles runs;
  private final Run run;

  /// Blocks of queries of one head.
  private final int blocks;

  /// Tasks of one key/value head.
  private final int parts;

  TiledBackward(BoundCall call, Tiled.Forward forward, HeadView dOut, InputGradients dx, Run run) {
    this.call = call;
    this.shape = call.shape;
    this.forward = forward;
    this.dOut = dOut;
    this.dx = dx;
    this.run = run;
    this.kernels = run.kernels();
    this.runs = new KeyTiles(call, Tiled.RUN);
    this.blocks = (shape.queries() + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
    this.parts = parts(shape, blocks);
  }

  private static int parts(AttentionShape shape, int blocks) {
    int heads = shape.batch() * shape.groups();
    int items = shape.groupSize() * blocks;
    return heads >= MANY_HEADS || heads == 0 ? 1 : Math.max(1, Math.min(items, TASKS / heads));
  }

  /// Adds the gradients of all inputs.
  void run() {
    int heads = shape.batch() * shape.groups();
    if (parts == 1) {
      run.workers().run(heads, this::wholeHead);
    } else {
      Workspace.Mark mark = run.workspace().mark();
      Tensor memory = run.workspace().take(heads * parts, size());
      run.workers().run(heads * parts, (task, scratch) -> part(memory, task, scratch));
      int cuts = (shape.keys() + KEYS_A_TASK - 1) / KEYS_A_TASK;
      run.workers().run(heads * cuts, (task, _) -> addUp(memory, task / cuts, task % cuts));
      run.workspace().release(mark);
    }
    addSink();
  }

  private int size() {
    return KeyGradients.size(shape.keys(), shape.width(), shape.valueWidth());
  }

  private KeyGradients sums(Tensor memory) {
    return new KeyGradients(memory, shape.keys(), shape.width(), shape.valueWidth());
  }

  private void wholeHead(int head, Workspace scratch) {
    KeyGradients sums = sums(scratch.take(size()));
    look(head, 0, sums, scratch);
    add(sums, head, 0, shape.keys());
  }

  private void part(Tensor memory, int task, Workspace scratch) {
    look(task / parts, task % parts, sums(memory.slice(task, task + 1)), scratch);
  }

  /// Leads blocks `part`, `part + parts`, ... of the query heads that share a key/value head back
  /// through its keys: early and late ones to each task, because a causal mask makes late ones see
  /// more.
  private void look(int head, int part, KeyGradients sums, Workspace scratch) {
    sums.clear();
    int b = head / shape.groups();
    int firstHead = head % shape.groups() * shape.groupSize();
    BackwardBlock block =
        scratch.keep(
            BackwardBlock.class,
            kept -> kept.fits(shape.width(), shape.valueWidth()),
            () -> new BackwardBlock(shape.width(), shape.valueWidth()));
    TiledBlock.Visible visible =
        scratch.keep(TiledBlock.Visible.class, _ -> true, TiledBlock.Visible::new);
    for (int item = part; item < shape.groupSize() * blocks; item += parts) {
      int t0 = item % blocks * QueryBlock.QUERIES;
      int t1 = Math.min(shape.queries(), t0 + QueryBlock.QUERIES);
      MapTile queries = new MapTile(b, firstHead + item / blocks, t0, t1, 0, 0);
      new TiledBackwardBlock(this, queries, block, visible, sums).run();
    }
  }

  /// Adds what all parts of a key/value head collected for some keys, in the order of the parts.
  private void addUp(Tensor memory, int head, int cut) {
    int s0 = cut * KEYS_A_TASK;
    int s1 = Math.min(shape.keys(), s0 + KEYS_A_TASK);
    for (int part = 0; part < parts; part++) {
      add(sums(memory.slice(head * parts + part, head * parts + part + 1)), head, s0, s1);
    }
  }

  private void add(KeyGradients sums, int head, int s0, int s1) {
    int b = head / shape.groups();
    int g = head % shape.groups();
    kernels.backward().finish(sums, s0, rows(dx.k(), b, g, s0, s1), rows(dx.v(), b, g, s0, s1));
  }

  private static Matrix rows(HeadView view, int b, int head, int from, int to) {
    int at = view.row(b, head, from);
    return new Matrix(view.array(), at, to - from, view.axes().width(), view.rowStride(), 1);
  }

  /// `Σ w dw` of a query, which is `dOut · out`.
  float delta(int b, int h, int t) {
    Rows rows = kernels.rows();
    HeadView out = forward.out();
    return rows.dot(
        out.array(), out.row(b, h, t), dOut.array(), dOut.row(b, h, t), shape.valueWidth());
  }

  /// Adds the sinks' gradients, `-Σ exp(sink - L) delta`, over the batch in its order.
  private void addSink() {
    if (dx.sink().length == 0) {
      return;
    }
    run.workers().run(shape.heads(), (h, _) -> dx.sink()[h] += sinkGradient(h));
  }

  private float sinkGradient(int h) {
    double sum = 0;
    for (int b = 0; b < shape.batch(); b++) {
      for (int t = 0; t < shape.queries(); t++) {
        float logSum = forward.logSums().at((b * shape.heads() + h) * shape.queries() + t);
        sum -= Math.exp(call.sinkLogit(h) - (double) logSum) * delta(b, h, t);
      }
    }
    return (float) sum;
  }
}
