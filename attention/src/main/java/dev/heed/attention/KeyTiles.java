package dev.heed.attention;

import dev.heed.attention.expression.Area;
import dev.heed.attention.expression.Cover;

/// The tiles of keys of a call, and which of them a tile of queries can see at all.
///
/// Ranges of keys are joined two by two up to the whole; whatever the mask empties is left out with
/// everything below it, so that finding `n` visible tiles of `m` costs about `n log m`, not `m`:
/// the cost of a window does not grow with what lies outside. Threads may share it.
final class KeyTiles {
  private final BoundMask mask;
  private final int length;
  private final int keys;

  /// The ranges of each level, `[batch][level][n]`, single tiles first.
  private final Area.Keys[][][] levels;

  /// @param length keys of a tile
  KeyTiles(BoundCall call, int length) {
    this.mask = call.mask;
    this.length = length;
    this.keys = call.shape.keys();
    this.levels = new Area.Keys[call.shape.batch()][][];
    boolean shared = call.mask.batchesAlike();
    for (int b = 0; b < levels.length; b++) {
      levels[b] = b > 0 && shared ? levels[0] : build(b);
    }
  }

  private Area.Keys[][] build(int b) {
    int tiles = count();
    int depth = tiles == 0 ? 0 : 33 - Integer.numberOfLeadingZeros(tiles - 1);
    Area.Keys[][] built = new Area.Keys[tiles == 1 ? 1 : depth][];
    for (int level = 0; level < built.length; level++) {
      built[level] = new Area.Keys[(tiles + (1 << level) - 1) >> level];
      for (int n = 0; n < built[level].length; n++) {
        built[level][n] = level == 0 ? leaf(b, n) : join(built[level - 1], n);
      }
    }
    return built;
  }

  private Area.Keys leaf(int b, int tile) {
    return mask.keys(b, tile * length, end(tile));
  }

  private static Area.Keys join(Area.Keys[] below, int n) {
    return 2 * n + 1 < below.length ? below[2 * n].hull(below[2 * n + 1]) : below[2 * n];
  }

  /// How many tiles there are.
  int count() {
    return (keys + length - 1) / length;
  }

  /// The first key of a tile.
  int start(int tile) {
    return tile * length;
  }

  /// The key after the last of a tile.
  int end(int tile) {
    return (int) Math.min(keys, (tile + 1L) * length);
  }

  /// Finds the tiles that queries `[t0, t1)` of a head may see, in ascending order.
  ///
  /// @param found gets for each the number of the tile, or its complement `~n` where all of it is
  ///   visible; as long as there are tiles
  /// @return how many were found
  int find(MapTile queries, int[] found) {
    if (count() == 0) {
      return 0;
    }
    Search search =
        new Search(
            levels[queries.b()],
            mask.queries(queries.b(), queries.t0(), queries.t1()),
            queries,
            found);
    search.visit(search.levels.length - 1, 0);
    return search.count;
  }

  private final class Search {
    private final Area.Keys[][] levels;
    private final Area.Queries queries;
    private final MapTile tile;
    private final int[] found;
    private int count;

    Search(Area.Keys[][] levels, Area.Queries queries, MapTile tile, int[] found) {
      this.levels = levels;
      this.queries = queries;
      this.tile = tile;
      this.found = found;
    }

    void visit(int level, int n) {
      Cover cover = mask.cover(tile.b(), tile.h(), queries, levels[level][n]);
      if (cover == Cover.FULL) {
        int last = Math.min(levels[0].length, (n + 1) << level);
        for (int leaf = n << level; leaf < last; leaf++) {
          found[count++] = ~leaf;
        }
      } else if (cover == Cover.PARTIAL && level == 0) {
        found[count++] = n;
      } else if (cover == Cover.PARTIAL) {
        visit(level - 1, 2 * n);
        if (2 * n + 1 < levels[level - 1].length) {
          visit(level - 1, 2 * n + 1);
        }
      }
    }
  }
}
