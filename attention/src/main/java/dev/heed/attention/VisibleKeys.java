package dev.heed.attention;

import dev.heed.kernel.AttentionTiles;
import dev.heed.kernel.QueryBlock;
import java.util.Arrays;

/// The keys that a block of queries of a head sees, in stretches: of keys that all of them see, and
/// of keys with a word each, in which a bit for each query says whether it does.
///
/// One thread fills it; what is filled may be read by any.
final class VisibleKeys {
  /// What a stretch has in the place of words where all queries see all of it.
  private static final int NO_WORDS = -1;

  /// Keys in a row that nobody sees, from which on they are left out: computing fewer of them costs
  /// less than a tile's end.
  private static final int GAP = 12;

  private int[] starts = {};
  private int[] ends = {};

  /// Where the words of a stretch begin.
  private int[] places = {};

  private int stretches;
  private int[] words = {};
  private int used;

  /// What is done with keys `from` to `to`, of which the first is in a stretch of that number.
  interface Tile {
    void visit(int from, int to, int stretch);
  }

  /// Forgets everything.
  void clear() {
    stretches = 0;
    used = 0;
  }

  /// A copy without room for more.
  VisibleKeys copy() {
    VisibleKeys copy = new VisibleKeys();
    copy.starts = Arrays.copyOf(starts, stretches);
    copy.ends = Arrays.copyOf(ends, stretches);
    copy.places = Arrays.copyOf(places, stretches);
    copy.stretches = stretches;
    copy.words = Arrays.copyOf(words, used);
    copy.used = used;
    return copy;
  }

  /// Adds keys that all queries see, behind those that are there.
  void addFull(int start, int end) {
    if (stretches == 0 || places[stretches - 1] != NO_WORDS || ends[stretches - 1] != start) {
      begin(start, NO_WORDS);
    }
    ends[stretches - 1] = end;
  }

  /// Adds keys that some queries see, behind those that are there.
  ///
  /// @param rows -1 where query `t` sees key `start + n` and 0 where not, at `t * count + n`
  void addPartial(int start, int count, int[] rows, int queries) {
    if (used + count > words.length) {
      words = Arrays.copyOf(words, 2 * (used + count));
    }
    Arrays.fill(words, used, used + count, 0);
    for (int query = 0; query < queries; query++) {
      gather(rows, query * count, count, 1 << query);
    }
    for (int n = 0; n < count; n++) {
      if (words[used + n] != 0) {
        addSeen(start + n, used + n);
      }
    }
    used += count;
  }

  private void gather(int[] rows, int at, int count, int bit) {
    int[] words = this.words;
    int from = used;
    for (int n = 0; n < count; n++) {
      words[from + n] |= rows[at + n] & bit;
    }
  }

  /// Adds a key that somebody sees, whose word is at `place`.
  private void addSeen(int key, int place) {
    int last = stretches - 1;
    boolean continues =
        last >= 0
            && places[last] != NO_WORDS
            && place - places[last] == key - starts[last]
            && key - ends[last] < GAP;
    if (!continues) {
      begin(key, place);
    }
    ends[stretches - 1] = key + 1;
  }

  private void begin(int start, int place) {
    if (stretches == starts.length) {
      int room = Math.max(4, 2 * stretches);
      starts = Arrays.copyOf(starts, room);
      ends = Arrays.copyOf(ends, room);
      places = Arrays.copyOf(places, room);
    }
    starts[stretches] = start;
    places[stretches++] = place;
  }

  /// How many keys there are.
  int count() {
    int count = 0;
    for (int n = 0; n < stretches; n++) {
      count += ends[n] - starts[n];
    }
    return count;
  }

  /// Writes how many keys each of `queries` queries sees.
  void count(int[] seen, int queries) {
    Arrays.fill(seen, 0, queries, 0);
    for (int n = 0; n < stretches; n++) {
      int length = ends[n] - starts[n];
      for (int query = 0; query < queries; query++) {
        seen[query] += places[n] == NO_WORDS ? length : bits(places[n], length, query);
      }
    }
  }

  /// Adds to the sum of each key how many of `queries` queries see it, `sums[at + s]`.
  void addCounts(int queries, float[] sums, int at) {
    for (int n = 0; n < stretches; n++) {
      for (int s = starts[n]; s < ends[n]; s++) {
        int word = places[n] == NO_WORDS ? -1 : words[places[n] + s - starts[n]];
        sums[at + s] += Integer.bitCount(word & -1 >>> QueryBlock.QUERIES - queries);
      }
    }
  }

  private int bits(int from, int count, int query) {
    int set = 0;
    for (int n = 0; n < count; n++) {
      set += words[from + n] >>> query & 1;
    }
    return set;
  }

  /// Visits all keys in tiles of up to `most`; a tile is of keys that lie together.
  void visit(int most, Tile each) {
    int from = 0;
    int to = 0;
    int stretch = 0;
    for (int n = 0; n < stretches; n++) {
      for (int s = starts[n]; s < ends[n]; s = to) {
        if (s != to || to - from == most) {
          finish(from, to, stretch, each);
          from = s;
          stretch = n;
        }
        to = Math.min(ends[n], from + most);
      }
    }
    finish(from, to, stretch, each);
  }

  private static void finish(int from, int to, int stretch, Tile each) {
    if (from < to) {
      each.visit(from, to, stretch);
    }
  }

  /// Hides the keys of a tile from the queries that do not see them.
  void hide(AttentionTiles tiles, QueryBlock block, int from, int stretch) {
    int to = from + block.keys();
    for (int n = stretch; n < stretches && starts[n] < to; n++) {
      if (places[n] != NO_WORDS) {
        int first = Math.max(from, starts[n]);
        int count = Math.min(to, ends[n]) - first;
        tiles.hide(block, first - from, count, words, places[n] + first - starts[n]);
      }
    }
  }
}
