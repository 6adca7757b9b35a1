package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.BackwardBlock;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.KeyGradients;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;
import java.util.Optional;

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
  final Sums sums;
  final Kernels kernels;
  private final VisibleBlocks visible;
  private final Run run;

  /// The name of the normalizer's learned number; empty where there is none.
  private final String learnedName;

  /// Blocks of queries of one head.
  private final int blocks;

  /// Tasks of one key/value head.
  private final int parts;

  /// Whether all heads add to the same rows of a bias: then the blocks of queries of one head after
  /// another are dealt out to tasks, so that each row is added to by one task in one order.
  private final boolean byRows;

  private final LearnedSums learnedSums;

  /// The gradients that come and those that go.
  ///
  /// @param queries where the gradients of the queries go as they were before [Lowering], which a
  ///   modifier may read
  record Sums(OutputGradients dy, InputGradients dx, Fresh fresh, HeadView queries) {
    Sums(OutputGradients dy, InputGradients dx, Fresh fresh) {
      this(dy, dx, fresh, dx.q());
    }
  }

  TiledBackward(BoundCall call, Tiled.Forward forward, Sums sums, Run run) {
    this.call = call;
    this.shape = call.shape;
    this.forward = forward;
    this.sums = sums;
    this.run = run;
    this.kernels = run.kernels();
    this.visible = new VisibleBlocks(call);
    if (sums.dy.ofStatistics() && call.chance.dropsHeads()) {
      throw new UnsupportedCombinationException(
          "executor Tiled with gradients of entropy or coverage",
          call.attention.chance().toString(),
          "executor Reference, or a chance without heads,");
    }
    this.blocks = (shape.queries() + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
    this.byRows = sharesBias(call, sums.dx().parameters());
    this.parts = byRows ? Math.max(1, Math.min(blocks, TASKS)) : parts(shape, blocks);
    this.learnedSums = new LearnedSums(call, sums.dx().parameters(), parts);
    List<Need> needs = call.attention.normalizer().needs(shape);
    this.learnedName = needs.isEmpty() ? "" : needs.getFirst().name();
  }

  private static boolean sharesBias(BoundCall call, Parameters wanted) {
    return wanted
        .find(Modifier.BIAS)
        .filter(into -> new BoundBias(into).isSharedByHeads(call.shape))
        .isPresent();
  }

  private static int parts(AttentionShape shape, int blocks) {
    int heads = shape.batch() * shape.groups();
    int items = shape.groupSize() * blocks;
    return heads >= MANY_HEADS || heads == 0 ? 1 : Math.max(1, Math.min(items, TASKS / heads));
  }

  /// Adds the gradients of all inputs.
  void run() {
    int heads = shape.batch() * shape.groups();
    Workspace.Mark mark = run.workspace().mark();
    if (byRows) {
      Tensor memory = run.workspace().take(parts, size());
      for (int head = 0; head < heads; head++) {
        oneHead(memory, head);
      }
    } else if (parts == 1) {
      run.workers().run(heads, this::wholeHead);
    } else {
      Tensor memory = run.workspace().take(heads * parts, size());
      run.workers().run(heads * parts, (task, scratch) -> part(memory, task, scratch));
      int cuts = (shape.keys() + KEYS_A_TASK - 1) / KEYS_A_TASK;
      run.workers()
          .run(
              heads * cuts,
              (task, _) -> {
                int head = task / cuts;
                addUp(memory.slice(head * parts, (head + 1) * parts), head, task % cuts);
              });
    }
    learnedSums.addUp();
    run.workspace().release(mark);
  }

  private int size() {
    return KeyGradients.size(shape.keys(), shape.width(), shape.valueWidth());
  }

  private KeyGradients sums(Tensor memory) {
    return new KeyGradients(memory, shape.keys(), shape.width(), shape.valueWidth());
  }

  private void wholeHead(int head, Workspace scratch) {
    KeyGradients collected = sums(scratch.take(size()));
    look(head, 0, collected, scratch);
    for (int s0 = 0; s0 < shape.keys(); s0 += KEYS_A_TASK) {
      int s1 = Math.min(shape.keys(), s0 + KEYS_A_TASK);
      clear(head, s0, s1);
      add(collected, head, s0, s1);
    }
  }

  private void oneHead(Tensor memory, int head) {
    run.workers()
        .run(
            parts,
            (part, scratch) -> look(head, part, sums(memory.slice(part, part + 1)), scratch));
    int cuts = (shape.keys() + KEYS_A_TASK - 1) / KEYS_A_TASK;
    run.workers().run(cuts, (cut, _) -> addUp(memory, head, cut));
  }

  private void part(Tensor memory, int task, Workspace scratch) {
    look(task / parts, task % parts, sums(memory.slice(task, task + 1)), scratch);
  }

  /// Leads blocks `part`, `part + parts`, ... of the query heads that share a key/value head back
  /// through its keys: early and late ones to each task, because a causal mask makes late ones see
  /// more.
  private void look(int head, int part, KeyGradients collected, Workspace scratch) {
    collected.clear();
    int b = head / shape.groups();
    int firstHead = head % shape.groups() * shape.groupSize();
    BackwardBlock block =
        scratch.keep(
            BackwardBlock.class,
            kept -> kept.fits(shape.width(), shape.valueWidth()),
            () -> new BackwardBlock(shape.width(), shape.valueWidth()));
    Group group =
        new Group(
            together(call.input.k(), b, head % shape.groups(), scratch),
            together(call.input.v(), b, head % shape.groups(), scratch),
            collected,
            new LearnedSteps.Learning(
                Optional.of(learnedSums),
                part,
                sums.dx().parameters(),
                Optional.of(sums.queries())));
    for (int item = 0; item < shape.groupSize() * blocks; item++) {
      if ((byRows ? item % blocks : item) % parts != part) {
        continue;
      }
      int t0 = item % blocks * QueryBlock.QUERIES;
      int t1 = Math.min(shape.queries(), t0 + QueryBlock.QUERIES);
      MapTile queries = new MapTile(b, firstHead + item / blocks, t0, t1, 0, 0);
      clearQueries(queries);
      if (!call.chance.dropsHead(queries.b(), queries.h())) {
        BlockChance chance = new BlockChance(call.chance, queries, kernels.chance(), scratch);
        BlockNormalizer normalizer = BlockNormalizer.of(call, queries, kernels, scratch);
        TiledBlock.Choices choices =
            new TiledBlock.Choices(visible.of(queries, scratch), normalizer, chance, scratch);
        double[] own = learnedSums.of(learnedName, part, b, queries.h());
        Workspace.Mark mark = scratch.mark();
        new TiledBackwardBlock(this, queries, block, group, choices).run(own);
        scratch.release(mark);
      }
    }
  }

  /// Makes room for the gradients of a block of queries.
  private void clearQueries(MapTile queries) {
    Fresh.Rows rows = new Fresh.Rows(queries.t0(), queries.t1());
    Fresh.clear(sums.fresh().q(), sums.dx().q(), queries.b(), queries.h(), rows);
  }

  /// A key/value head: its keys `[S, E]`, its values `[S, W]` and what they get.
  record Group(Matrix keys, Matrix values, KeyGradients sums, LearnedSteps.Learning learning) {}

  /// The rows of a head, which each block of queries reads; copied to lie together where they lie
  /// among those of other heads, far apart and often by a power of two, which share few places of a
  /// cache.
  private Matrix together(HeadView view, int b, int head, Workspace scratch) {
    Matrix rows = rows(view, b, head, 0, shape.keys());
    int width = rows.columns();
    if (rows.rowStride() == width) {
      return rows;
    }
    Tensor copy = scratch.take(rows.rows(), width);
    for (int s = 0; s < rows.rows(); s++) {
      int from = rows.offset() + s * rows.rowStride();
      System.arraycopy(rows.array(), from, copy.array(), copy.offset() + s * width, width);
    }
    return Matrix.of(copy);
  }

  /// Adds what all parts of a key/value head collected for some keys, in the order of the parts.
  ///
  /// @param memory the sums of the parts
  private void addUp(Tensor memory, int head, int cut) {
    int s0 = cut * KEYS_A_TASK;
    int s1 = Math.min(shape.keys(), s0 + KEYS_A_TASK);
    clear(head, s0, s1);
    for (int part = 0; part < parts; part++) {
      add(sums(memory.slice(part, part + 1)), head, s0, s1);
    }
  }

  private void clear(int head, int s0, int s1) {
    int b = head / shape.groups();
    int g = head % shape.groups();
    Fresh.Rows rows = new Fresh.Rows(s0, s1);
    Fresh.clear(sums.fresh().k(), sums.dx().k(), b, g, rows);
    Fresh.clear(sums.fresh().v(), sums.dx().v(), b, g, rows);
  }

  private void add(KeyGradients collected, int head, int s0, int s1) {
    int b = head / shape.groups();
    int g = head % shape.groups();
    Matrix dk = rows(sums.dx().k(), b, g, s0, s1);
    Matrix dv = rows(sums.dx().v(), b, g, s0, s1);
    kernels.backward().finish(collected, s0, dk, dv);
  }

  static Matrix rows(HeadView view, int b, int head, int from, int to) {
    int at = view.row(b, head, from);
    return new Matrix(view.array(), at, to - from, view.axes().width(), view.rowStride(), 1);
  }
}
