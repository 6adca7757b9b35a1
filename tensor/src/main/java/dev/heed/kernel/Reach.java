package dev.heed.kernel;

import java.util.Arrays;

/// Of each query of a block the scores that lie within reach of its largest: all others have no
/// weight, whatever the row's numbers will be. A few where scores differ, all where they are alike.
public final class Reach {
  static final int CHUNK = 256;
  private static final int QUERIES = QueryBlock.QUERIES;

  /// The scores of each query, `[32][count]` and room.
  final float[][] scores = new float[QUERIES][2 * QueryBlock.KEYS];

  final int[] counts = new int[QUERIES];

  /// What a score must be above to be collected: the largest so far less the reach, `[32]`.
  final float[] bounds = new float[QUERIES];

  /// The largest score so far, `[32]`; those that are not numbers do not count.
  final float[] maxima = new float[QUERIES];

  /// A bit for each query whose score with a key of the tile is collected, `[KEYS]`.
  final int[] hits = new int[QueryBlock.KEYS];

  /// Vectors on their way from one method to the next.
  final float[] lanes = new float[4 * QUERIES];

  /// Measures and what they are raised to, a chunk at a time.
  final float[] chunk = new float[2 * CHUNK];

  float reach;

  /// Of nothing yet; [#start] begins.
  public Reach() {}

  /// Forgets everything.
  ///
  /// @param reach how far below the largest score a weight can be
  public void start(float reach) {
    this.reach = reach;
    Arrays.fill(counts, 0);
    Arrays.fill(bounds, Float.NEGATIVE_INFINITY);
    Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
  }

  /// Appends what [#hits] says of a tile.
  void append(float[] tile, int keys) {
    for (int query = 0; query < QUERIES; query++) {
      makeRoom(query, keys);
    }
    for (int s = 0; s < keys; s++) {
      for (int bits = hits[s]; bits != 0; bits &= bits - 1) {
        int query = Integer.numberOfTrailingZeros(bits);
        scores[query][counts[query]++] = tile[s * QUERIES + query];
      }
    }
  }

  private void makeRoom(int query, int keys) {
    if (counts[query] + keys <= scores[query].length) {
      return;
    }
    compact(query);
    if (2 * (counts[query] + keys) > scores[query].length) {
      scores[query] = Arrays.copyOf(scores[query], 2 * scores[query].length);
    }
  }

  /// Leaves out what is not within reach any more.
  private void compact(int query) {
    float[] row = scores[query];
    float bound = bounds[query];
    int kept = 0;
    for (int n = 0; n < counts[query]; n++) {
      row[kept] = row[n];
      kept += row[n] <= bound ? 0 : 1;
    }
    counts[query] = kept;
  }

  /// Whether a row needs no search, as it has nothing to divide or nothing but what is not a
  /// number; its numbers are then set.
  boolean isDecided(QueryBlock block, int query) {
    boolean empty = counts[query] == 0 && maxima[query] == Float.NEGATIVE_INFINITY;
    boolean infinite = maxima[query] == Float.POSITIVE_INFINITY;
    if (empty || infinite) {
      block.row(query, 0, empty ? Float.POSITIVE_INFINITY : Float.NaN);
    }
    return empty || infinite;
  }

  /// Replaces a query's scores by `slope (s - maximum)`, as far as they are above -1, followed by
  /// as many -1 as fill up a vector; returns how many there are.
  int measure(int query, float slope, int lanes) {
    float[] row = scores[query];
    float maximum = maxima[query];
    int kept = 0;
    for (int n = 0; n < counts[query]; n++) {
      float x = slope * (row[n] - maximum);
      row[kept] = x;
      kept += x <= -1 ? 0 : 1;
    }
    if (kept + lanes > row.length) {
      scores[query] = Arrays.copyOf(row, kept + lanes);
    }
    Arrays.fill(scores[query], kept, kept + lanes, -1);
    return kept;
  }
}
