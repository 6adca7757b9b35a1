package dev.heed.attention;

/// Places of the keys of a tile in a table by distance, for one block of queries.
///
/// Distances `i - j` beyond `±reach` count as that. Where the block's positions follow one another,
/// its 32 distances to a key are 32 numbers of the table that follow one another, which the kernel
/// reads as they lie; so the table goes on for 31 numbers on both sides.
final class DistanceTable {
  private static final int MARGIN = 31;

  private final Positions qPos;
  private final Positions kPos;
  private final MapTile queries;
  private final int reach;
  private final boolean inOrder;
  private int[] starts = {};

  /// @param queries the block
  DistanceTable(BoundCall call, MapTile queries, int reach) {
    this.qPos = call.input.qPos();
    this.kPos = call.input.kPos();
    this.queries = queries;
    this.reach = reach;
    this.inOrder = inOrder();
  }

  private boolean inOrder() {
    int first = qPos.at(queries.b(), queries.t0());
    for (int t = 1; t < queries.queries(); t++) {
      if (qPos.at(queries.b(), queries.t0() + t) != first + t) {
        return false;
      }
    }
    return true;
  }

  /// Numbers of the table.
  int size() {
    return 2 * reach + 1 + 2 * MARGIN;
  }

  /// The distance `i - j` of place `n` of the table.
  int distance(int n) {
    return Math.clamp(n - MARGIN - reach, -reach, reach);
  }

  /// Whether the block's positions follow one another.
  boolean isInOrder() {
    return inOrder;
  }

  /// Where the 32 numbers for each of `count` keys begin, in a block in order.
  int[] starts(int first, int count) {
    if (starts.length < count) {
      starts = new int[Math.max(count, 256)];
    }
    int i = qPos.at(queries.b(), queries.t0());
    int row = kPos.row(queries.b()) + first;
    for (int s = 0; s < count; s++) {
      int distance = i - kPos.array()[row + s];
      starts[s] = Math.clamp(distance, -reach - MARGIN, reach) + reach + MARGIN;
    }
    return starts;
  }

  /// The place in the table of query `t` of the block and a key.
  int place(int t, int key) {
    int distance = qPos.at(queries.b(), queries.t0() + t) - kPos.at(queries.b(), key);
    return Math.clamp(distance, -reach, reach) + reach + MARGIN;
  }
}
