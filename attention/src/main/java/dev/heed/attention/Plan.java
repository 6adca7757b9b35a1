package dev.heed.attention;

import java.util.Locale;

/// What a call will do, before it does it: the plan of a query, printed by `toString`.
///
/// @param formula the call as one reads it
/// @param executor who computes it
/// @param flops operations of both products on the tiles visited, a multiplication and an addition
///   counted each
/// @param bytes numbers read and written once each, and scratch
public record Plan(
    String formula, AttentionShape shape, Executor executor, Tiles tiles, long flops, Bytes bytes) {

  /// How the map is cut, and what is left of it, over all batches and heads.
  ///
  /// @param queries queries of a tile
  /// @param keys keys of a tile
  /// @param empty tiles that are skipped
  /// @param full tiles that need no mask
  /// @param partial tiles whose places are looked at one by one
  /// @param scores places of the tiles visited
  public record Tiles(int queries, int keys, long empty, long full, long partial, long scores) {
    public long visited() {
      return full + partial;
    }
  }

  /// @param inputs of queries, keys and values, in full
  /// @param output of the result
  /// @param scratch that the executor takes besides, at most
  public record Bytes(long inputs, long output, long scratch) {}

  static Plan of(BoundCall call, Executor executor) {
    AttentionShape shape = call.shape;
    Tiles tiles = tiles(call, executor);
    long flops = 2 * tiles.scores * (shape.width() + shape.valueWidth());
    long queries = (long) shape.batch() * shape.heads() * shape.queries();
    long keys = (long) shape.batch() * shape.groups() * shape.keys();
    Bytes bytes =
        new Bytes(
            4 * (queries * shape.width() + keys * (shape.width() + shape.valueWidth())),
            4 * queries * shape.valueWidth(),
            executor.scratch(shape));
    return new Plan(Formula.of(call.attention), shape, executor, tiles, flops, bytes);
  }

  private static Tiles tiles(BoundCall call, Executor executor) {
    AttentionShape shape = call.shape;
    int queries = Math.max(1, Math.min(executor.queryTile(), shape.queries()));
    int keys = Math.max(1, Math.min(executor.keyTile(), shape.keys()));
    KeyTiles keyTiles = new KeyTiles(call, keys);
    Counter counter = new Counter(keyTiles);
    boolean alike = !call.mask.readsHead();
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < (alike ? 1 : shape.heads()); h++) {
        for (int t0 = 0; t0 < shape.queries(); t0 += queries) {
          int t1 = Math.min(shape.queries(), t0 + queries);
          counter.add(new MapTile(b, h, t0, t1, 0, shape.keys()));
        }
      }
    }
    long times = alike ? shape.heads() : 1;
    long all =
        (long) shape.batch()
            * shape.heads()
            * ((shape.queries() + queries - 1) / queries)
            * keyTiles.count();
    long full = times * counter.full;
    long partial = times * counter.partial;
    return new Tiles(queries, keys, all - full - partial, full, partial, times * counter.scores);
  }

  private static final class Counter {
    private final KeyTiles tiles;
    private final int[] found;
    private long full;
    private long partial;
    private long scores;

    Counter(KeyTiles tiles) {
      this.tiles = tiles;
      this.found = new int[tiles.count()];
    }

    void add(MapTile row) {
      int count = tiles.find(row, found);
      for (int n = 0; n < count; n++) {
        int tile = found[n] < 0 ? ~found[n] : found[n];
        full += found[n] < 0 ? 1 : 0;
        partial += found[n] < 0 ? 0 : 1;
        scores += (long) row.queries() * (tiles.end(tile) - tiles.start(tile));
      }
    }
  }

  @Override
  public String toString() {
    return """
    formula   %s
    shape     B %d, H %d over G %d, T %d, S %d, E %d, W %d
    executor  %s, tiles of %d queries by %d keys
    tiles     %s visited: %s full, %s partial; %s empty
    scores    %s of %s
    flops     %s
    bytes     %s in, %s out, %s scratch at most
    result    %s
    """
        .formatted(
            formula,
            shape.batch(),
            shape.heads(),
            shape.groups(),
            shape.queries(),
            shape.keys(),
            shape.width(),
            shape.valueWidth(),
            executor.getClass().getSimpleName(),
            tiles.queries,
            tiles.keys,
            grouped(tiles.visited()),
            grouped(tiles.full),
            grouped(tiles.partial),
            grouped(tiles.empty),
            grouped(tiles.scores),
            grouped((long) shape.batch() * shape.heads() * shape.queries() * shape.keys()),
            grouped(flops),
            grouped(bytes.inputs),
            grouped(bytes.output),
            grouped(bytes.scratch),
            executor instanceof Reference ? "exact, in double precision" : "exact");
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
