package dev.heed.kernel;

import java.util.Arrays;

/// Of each query of a block the keys with its largest numbers, scores or weights: exactly so many,
/// those with the lowest indices where numbers are equal; all where there are fewer.
public final class TopKeys {
  private static final int QUERIES = QueryBlock.QUERIES;

  /// The numbers of each query, `[32][count]` and room, in the order of their keys.
  private float[][] numbers = new float[QUERIES][0];

  private int[][] keys = new int[QUERIES][0];
  private int[] scratch = new int[0];
  private final int[] counts = new int[QUERIES];

  /// What a number must be above to be collected, `[32]`.
  final float[] bounds = new float[QUERIES];

  /// A bit for each query whose number with a key of the tile is collected, `[KEYS]`.
  final int[] hits = new int[QueryBlock.KEYS];

  /// What the search for better bounds within a tile goes through, `[32]` each.
  final float[] lows = new float[QUERIES];

  final float[] highs = new float[QUERIES];
  final float[] middles = new float[QUERIES];
  final float[] above = new float[QUERIES];

  /// How many keys a query has at most.
  int most;

  /// Of nothing yet; [#start] begins.
  public TopKeys() {}

  /// Forgets everything.
  ///
  /// @param most how many keys a query has at most
  /// @param bound what a number must be above to count at all
  public void start(int most, float bound) {
    this.most = most;
    Arrays.fill(counts, 0);
    Arrays.fill(bounds, bound);
    int room = 2 * Math.min(most, Integer.MAX_VALUE / 4) + QueryBlock.KEYS;
    if (numbers[0].length < Math.min(room, 4 * QueryBlock.KEYS)) {
      numbers = new float[QUERIES][Math.min(room, 4 * QueryBlock.KEYS)];
      keys = new int[QUERIES][Math.min(room, 4 * QueryBlock.KEYS)];
    }
  }

  /// Appends what [#hits] says of a tile whose first key is `first`.
  void append(float[] tile, int count, int first) {
    for (int query = 0; query < QUERIES; query++) {
      if (counts[query] + count > numbers[query].length) {
        int room = 2 * (counts[query] + count);
        numbers[query] = Arrays.copyOf(numbers[query], room);
        keys[query] = Arrays.copyOf(keys[query], room);
      }
    }
    for (int s = 0; s < count; s++) {
      for (int bits = hits[s]; bits != 0; bits &= bits - 1) {
        int query = Integer.numberOfTrailingZeros(bits);
        int at = counts[query]++;
        numbers[query][at] = tile[s * QUERIES + query] + 0f; // -0 is 0, also in its order
        keys[query][at] = first + s;
      }
    }
    for (int query = 0; query < QUERIES; query++) {
      if (counts[query] >= 2L * most) {
        compact(query);
      }
    }
  }

  /// Leaves the largest, in their order.
  private void compact(int query) {
    if (counts[query] <= most) {
      return;
    }
    int least = least(query);
    float[] row = numbers[query];
    int above = 0;
    for (int n = 0; n < counts[query]; n++) {
      above += order(row[n]) > least ? 1 : 0;
    }
    int equal = most - above;
    int kept = 0;
    for (int n = 0; n < counts[query]; n++) {
      int order = order(row[n]);
      row[kept] = row[n];
      keys[query][kept] = keys[query][n];
      if (order > least) {
        kept++;
      } else if (order == least && equal > 0) {
        equal--;
        kept++;
      }
    }
    counts[query] = kept;
    bounds[query] = number(least);
  }

  /// A whole number that is greater where `number` is; the greatest where it is NaN.
  private static int order(float number) {
    int bits = Float.floatToIntBits(number);
    return bits ^ (bits >> 31 & Integer.MAX_VALUE);
  }

  private static float number(int order) {
    return Float.intBitsToFloat(order ^ (order >> 31 & Integer.MAX_VALUE));
  }

  /// The order of the least of a query's largest numbers, by Hoare's selection.
  private int least(int query) {
    int count = counts[query];
    if (scratch.length < count) {
      scratch = new int[2 * count];
    }
    for (int n = 0; n < count; n++) {
      scratch[n] = order(numbers[query][n]);
    }
    int place = count - most;
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int pivot = scratch[(low + high) >>> 1];
      int left = low;
      int right = high;
      while (left <= right) {
        while (scratch[left] < pivot) {
          left++;
        }
        while (scratch[right] > pivot) {
          right--;
        }
        if (left <= right) {
          int kept = scratch[left];
          scratch[left++] = scratch[right];
          scratch[right--] = kept;
        }
      }
      if (place <= right) {
        high = right;
      } else if (place >= left) {
        low = left;
      } else {
        break;
      }
    }
    return scratch[place];
  }

  /// Tells a block which keys each of its queries has ([NormalizerTiles#select]).
  public void settle(QueryBlock block) {
    for (int query = 0; query < block.count; query++) {
      compact(query);
      float least = Float.NEGATIVE_INFINITY;
      int last = Integer.MAX_VALUE;
      for (int n = 0; n < counts[query] && counts[query] == most; n++) {
        if (n == 0 || Float.compare(numbers[query][n], least) <= 0) {
          least = numbers[query][n];
          last = keys[query][n];
        }
      }
      for (int n = 0; n < counts[query]; n++) {
        least = Float.isNaN(numbers[query][n]) ? Float.NaN : least;
      }
      block.select(query, least, last);
    }
  }

  /// How many keys a query has, once [#settle] was asked.
  public int count(int query) {
    return counts[query];
  }

  /// The keys of a query in ascending order, as many as it has, with room behind them.
  public int[] keys(int query) {
    return keys[query];
  }

  /// The numbers of a query's keys; whoever is done with them may write here.
  public float[] numbers(int query) {
    return numbers[query];
  }

  /// Writes the keys of a query and their numbers, the largest first; -1 and 0 where there are
  /// none.
  public void write(int query, int[] toKeys, float[] toNumbers, int at) {
    compact(query);
    Arrays.fill(toKeys, at, at + most, -1);
    Arrays.fill(toNumbers, at, at + most, 0);
    for (int n = 0; n < counts[query]; n++) {
      int place = at + n;
      while (place > at && Float.compare(numbers[query][n], toNumbers[place - 1]) > 0) {
        toNumbers[place] = toNumbers[place - 1];
        toKeys[place] = toKeys[place - 1];
        place--;
      }
      toNumbers[place] = numbers[query][n];
      toKeys[place] = keys[query][n];
    }
  }
}
