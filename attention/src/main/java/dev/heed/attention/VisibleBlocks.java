package dev.heed.attention;

import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// What the blocks of queries of a call see; found once for all heads, and batches, that see alike.
///
/// Threads share it. Which of them finds what a block sees changes nothing.
final class VisibleBlocks {
  /// Runs of keys that the mask is evaluated for at a time.
  private static final int RUNS = 8;

  /// Up to how many places of a map what its blocks see is kept: 32 MiB if none of it is plain.
  private static final long PLACES = 1L << 28;

  private final BoundCall call;
  private final KeyTiles runs;
  private final int blocks;
  private final boolean batchesAlike;

  /// What was found, `[B|1][blocks]`; of no length where it would serve no second time, or take too
  /// much room.
  private final AtomicReferenceArray<VisibleKeys> found;

  /// What stays with a thread.
  private static final class Own {
    private final VisibleKeys keys = new VisibleKeys();
    private final int[] rows = new int[QueryBlock.QUERIES * RUNS * Tiled.RUN];
    private int[] found = {};
  }

  VisibleBlocks(BoundCall call) {
    this.call = call;
    this.runs = new KeyTiles(call, Tiled.RUN);
    AttentionShape shape = call.shape;
    this.blocks = (shape.queries() + QueryBlock.QUERIES - 1) / QueryBlock.QUERIES;
    this.batchesAlike = call.mask.batchesSeeAlike();
    long maps = batchesAlike ? 1 : shape.batch();
    boolean again = shape.heads() > 1 || maps < shape.batch();
    boolean fits = maps * shape.queries() * shape.keys() <= PLACES;
    boolean alike = !call.mask.readsHead() && !call.mask.seesEverything();
    this.found = new AtomicReferenceArray<>(again && fits && alike ? (int) maps * blocks : 0);
  }

  /// What a block sees.
  VisibleKeys of(MapTile queries, Workspace scratch) {
    Own own = scratch.keep(Own.class, _ -> true, Own::new);
    if (found.length() == 0) {
      return find(queries, own);
    }
    int map = batchesAlike ? 0 : queries.b();
    int place = map * blocks + queries.t0() / QueryBlock.QUERIES;
    VisibleKeys known = found.get(place);
    if (known == null) {
      known = find(queries, own).copy();
      found.set(place, known);
    }
    return known;
  }

  private VisibleKeys find(MapTile queries, Own own) {
    VisibleKeys keys = own.keys;
    keys.clear();
    if (call.mask.seesEverything()) {
      keys.addFull(0, call.shape.keys());
      return keys;
    }
    own.found = own.found.length < runs.count() ? new int[runs.count()] : own.found;
    int count = runs.find(queries, own.found);
    BoundMask.@Nullable Reader reader = null;
    for (int n = 0; n < count; ) {
      int run = own.found[n];
      if (run < 0) {
        keys.addFull(runs.start(~run), runs.end(~run));
        n++;
        continue;
      }
      int next = n + 1;
      while (next < count && next - n < RUNS && own.found[next] == run + next - n) {
        next++;
      }
      int start = runs.start(run);
      int end = runs.end(own.found[next - 1]);
      reader = reader == null ? call.mask.reader(RUNS * Tiled.RUN) : reader;
      reader.fill(queries.withKeys(start, end), own.rows);
      keys.addPartial(start, end - start, own.rows, queries.queries());
      n = next;
    }
    return keys;
  }
}
