package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.ObserverTiles;
import dev.heed.kernel.QueryBlock;
import dev.heed.kernel.TopKeys;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is observed of a call in tiles: what its tasks share.
///
/// A head is cut into parts by shapes alone; each has sums of its own of what all queries add to,
/// which are added in their order at the end.
final class TiledObservation {
  private static final int TASKS = 16;

  private final BoundCall call;
  private final AttentionShape shape;
  private final Observers observers;
  private final Statistics statistics;
  private final TiledPass pass;
  private final ObserverTiles tiles;
  private final int blocks;
  private final int parts;

  private TiledObservation(
      BoundCall call, Observers observers, Statistics statistics, Kernels kernels) {
    this.call = call;
    this.shape = call.shape;
    this.observers = observers;
    this.statistics = statistics;
    this.pass = new TiledPass(call, call.input.q(), Optional.empty(), kernels);
    this.tiles = kernels.observers();
    this.blocks = (shape.queries() + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
    int heads = shape.batch() * shape.heads();
    boolean maps = observers.each().stream().anyMatch(Observer.BlockMap.class::isInstance);
    this.parts =
        maps || heads == 0 ? 1 : Math.max(1, Math.min(blocks, (TASKS + heads - 1) / heads));
  }

  static void run(BoundCall call, Observers observers, Statistics statistics, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    new TiledObservation(Lowering.of(call, run), observers, statistics, run.kernels()).run(run);
    run.workspace().release(mark);
  }

  private void run(Run run) {
    int heads = shape.batch() * shape.heads();
    List<Tensor> columns = new ArrayList<>();
    for (Observer observer : observers.each()) {
      columns.add(run.workspace().take(ofKeys(observer) ? heads * parts : 0, shape.keys()));
      columns.getLast().fill(0);
    }
    run.workers().run(heads * parts, (task, scratch) -> part(task, columns, scratch));
    for (int n = 0; n < columns.size(); n++) {
      Observer observer = observers.each().get(n);
      if (ofKeys(observer)) {
        Tensor sums = columns.get(n);
        run.workers().run(heads, (head, _) -> addUp(head, sums, statistics.of(observer)));
      }
    }
  }

  /// Whether all queries add to what is observed of a key.
  private static boolean ofKeys(Observer observer) {
    return observer instanceof Observer.Coverage || observer instanceof Observer.SeenBy;
  }

  private void addUp(int head, Tensor columns, Tensor into) {
    for (int part = 0; part < parts; part++) {
      int from = columns.offset() + (head * parts + part) * shape.keys();
      int to = into.offset() + head * shape.keys();
      for (int s = 0; s < shape.keys(); s++) {
        into.array()[to + s] += columns.array()[from + s];
      }
    }
  }

  private void part(int task, List<Tensor> columns, Workspace scratch) {
    int head = task / parts;
    int first = (int) ((long) blocks * (task % parts) / parts);
    int last = (int) ((long) blocks * (task % parts + 1) / parts);
    for (int block = first; block < last; block++) {
      Workspace.Mark mark = scratch.mark();
      int t0 = block * QueryBlock.QUERIES;
      int t1 = Math.min(shape.queries(), t0 + QueryBlock.QUERIES);
      MapTile queries = new MapTile(head / shape.heads(), head % shape.heads(), t0, t1, 0, 0);
      new Block(queries, columns, task * shape.keys()).run(scratch);
      scratch.release(mark);
    }
  }

  /// What is observed of one block of queries.
  private final class Block {
    private final MapTile queries;
    private final int row;
    private final List<Tensor> columns;
    private final int columnsAt;
    private final float[] information = new float[QueryBlock.QUERIES];
    private final float[] maxima = new float[QueryBlock.QUERIES];
    private final float[] distances = new float[QueryBlock.QUERIES];
    private final float[] squares = new float[QueryBlock.QUERIES];
    private final int[] visible = new int[QueryBlock.QUERIES];
    private TopKeys[] tops = new TopKeys[0];
    private float[][] sums = {};

    Block(MapTile queries, List<Tensor> columns, int columnsAt) {
      this.queries = queries;
      this.row = (queries.b() * shape.heads() + queries.h()) * shape.queries() + queries.t0();
      this.columns = columns;
      this.columnsAt = columnsAt;
    }

    void run(Workspace scratch) {
      TiledBlock.Choices choices = pass.choices(queries, scratch);
      tops = new TopKeys[observers.each().size()];
      sums = new float[tops.length][];
      for (int n = 0; n < tops.length; n++) {
        if (observers.each().get(n) instanceof Observer.Top top) {
          tops[n] = new TopKeys();
          tops[n].start(top.width(shape.keys()), 0);
        }
        if (observers.each().get(n) instanceof Observer.OnKey
            || observers.each().get(n) instanceof Observer.Total) {
          sums[n] = new float[QueryBlock.QUERIES];
        }
        if (observers.each().get(n) instanceof Observer.SeenBy) {
          Tensor counts = columns.get(n);
          choices
              .visible()
              .addCounts(queries.queries(), counts.array(), counts.offset() + columnsAt);
        }
      }
      choices.visible().count(visible, queries.queries());
      TiledBlock block = pass.block(queries, choices, scratch);
      block.observe(this::tile);
      for (int n = 0; n < tops.length; n++) {
        write(n, block.block(), choices.normalizer());
      }
    }

    private void tile(QueryBlock block, int from, int to) {
      tiles.clean(block);
      for (int n = 0; n < tops.length; n++) {
        switch (observers.each().get(n)) {
          case Observer.Entropy _ -> tiles.addInformation(block, information);
          case Observer.Maximum _ -> tiles.raise(block, maxima);
          case Observer.Coverage _ -> {
            Tensor received = columns.get(n);
            tiles.addKeys(block, received.array(), received.offset() + columnsAt + from);
          }
          case Observer.Distance _ -> addDistance(block, from);
          case Observer.Top _ -> tiles.collect(block, tops[n], from);
          case Observer.BlockMap map -> addSquares(map, block, from, to);
          case Observer.Total _ -> tiles.addQueries(block, 0, to - from, sums[n], 0);
          case Observer.OnKey(int key) -> {
            if (key >= from && key < to) {
              tiles.addQueries(block, key - from, 1, sums[n], 0);
            }
          }
          case Observer.SinkMass _, Observer.Visible _, Observer.SeenBy _ -> {}
        }
      }
    }

    private void addDistance(QueryBlock block, int from) {
      Positions i = call.input.qPos();
      Positions j = call.input.kPos();
      int iFrom = i.row(queries.b()) + queries.t0();
      int jFrom = j.row(queries.b()) + from;
      tiles.addDistance(block, i.array(), iFrom, j.array(), jFrom, distances);
    }

    /// A square after another of those that the tile's keys touch.
    private void addSquares(Observer.BlockMap map, QueryBlock block, int from, int to) {
      int size = map.size();
      Tensor into = statistics.of(map);
      int columns = Statistics.squares(shape.keys(), size);
      int rows = Statistics.squares(shape.queries(), size);
      int head = queries.b() * shape.heads() + queries.h();
      for (int s = from; s < to; ) {
        int end = Math.min(to, (s / size + 1) * size);
        Arrays.fill(squares, 0);
        tiles.addQueries(block, s - from, end - s, squares, 0);
        float width = Math.min(size, shape.keys() - s / size * size);
        for (int t = queries.t0(); t < queries.t1(); t++) {
          float height = Math.min(size, shape.queries() - t / size * size);
          int at = into.offset() + (head * rows + t / size) * columns + s / size;
          into.array()[at] += squares[t - queries.t0()] / (width * height);
        }
        s = end;
      }
    }

    private void write(int n, QueryBlock block, BlockNormalizer normalizer) {
      Observer observer = observers.each().get(n);
      Tensor into = statistics.of(observer);
      for (int t = 0; t < queries.queries(); t++) {
        int at = into.offset() + row + t;
        switch (observer) {
          case Observer.Entropy _ -> into.array()[at] = information[t];
          case Observer.Maximum _ -> into.array()[at] = maxima[t];
          case Observer.Distance _ -> into.array()[at] = distances[t];
          case Observer.SinkMass _ -> into.array()[at] = (float) normalizer.sinkWeight(block, t);
          case Observer.Visible _ -> into.array()[at] = visible[t];
          case Observer.OnKey _, Observer.Total _ -> into.array()[at] = sums[n][t];
          case Observer.Top top -> {
            int place = (row + t) * top.width(shape.keys());
            tops[n].write(t, statistics.keysOf(top), into.array(), place);
          }
          case Observer.Coverage _, Observer.SeenBy _, Observer.BlockMap _ -> {}
        }
      }
    }
  }
}
