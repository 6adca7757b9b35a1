package dev.heed.attention.expression;

import dev.heed.attention.expression.Area.Range;

/// The covers that the named masks give an area, in whole numbers.
final class NamedAreas {
  /// Blocks of queries that are looked at one by one; more are partly covered.
  private static final int MOST_BLOCKS = 64;

  private NamedAreas() {}

  /// `a <= b` for each of two ranges.
  static Cover atMost(Range a, Range b) {
    return a.high() <= b.low() ? Cover.FULL : a.low() > b.high() ? Cover.EMPTY : Cover.PARTIAL;
  }

  static Cover under(Range range, int limit) {
    return range.high() < limit ? Cover.FULL : range.low() >= limit ? Cover.EMPTY : Cover.PARTIAL;
  }

  /// `abs(a - b) < width`.
  static Cover within(Range a, Range b, int width) {
    int low = a.low() - b.high();
    int high = a.high() - b.low();
    int nearest = low > 0 ? low : high < 0 ? -high : 0;
    int farthest = Math.max(Math.abs(low), Math.abs(high));
    return farthest < width ? Cover.FULL : nearest >= width ? Cover.EMPTY : Cover.PARTIAL;
  }

  static Range blocks(Range range, int size) {
    return new Range(Math.floorDiv(range.low(), size), Math.floorDiv(range.high(), size));
  }

  static Cover same(Range a, Range b) {
    if (a.high() < b.low() || b.high() < a.low()) {
      return Cover.EMPTY;
    }
    return a.low() == a.high() && b.low() == b.high() ? Cover.FULL : Cover.PARTIAL;
  }

  static Cover previous(Range i, Range j, int size) {
    Range before = blocks(i, size);
    return same(new Range(before.low() - 1, before.high() - 1), blocks(j, size));
  }

  static Cover dilated(Range i, Range j, int step) {
    int low = i.low() - j.high();
    int high = i.high() - j.low();
    if (step == 1) {
      return Cover.FULL;
    }
    long multiple = Math.floorDiv(high, step) * (long) step;
    return multiple < low ? Cover.EMPTY : low == high ? Cover.FULL : Cover.PARTIAL;
  }

  /// The last `count` of each `size` keys.
  static Cover last(Range j, int size, int count) {
    Range period = blocks(j, size);
    if (count >= size) {
      return Cover.FULL;
    }
    if (period.low() < period.high()) {
      return Cover.PARTIAL; // the last key of a period and the first of the next
    }
    Range within = new Range(Math.floorMod(j.low(), size), Math.floorMod(j.high(), size));
    return under(within, size - count).not();
  }

  static Cover random(Truth.RandomBlocks mask, Range i, Range j) {
    Range queries = blocks(i, mask.size());
    Range keys = blocks(j, mask.size());
    if (queries.high() - queries.low() >= MOST_BLOCKS) {
      return Cover.PARTIAL;
    }
    int[] drawn = new int[mask.count()];
    Cover all = random(mask, queries.low(), keys, drawn);
    for (int block = queries.low() + 1; block <= queries.high() && all != Cover.PARTIAL; block++) {
      all = all == random(mask, block, keys, drawn) ? all : Cover.PARTIAL;
    }
    return all;
  }

  private static Cover random(Truth.RandomBlocks mask, int block, Range keys, int[] drawn) {
    int count = mask.draw(block, drawn);
    int hits = 0;
    for (int n = 0; n < count; n++) {
      hits += drawn[n] >= keys.low() && drawn[n] <= keys.high() ? 1 : 0;
    }
    return hits == 0
        ? Cover.EMPTY
        : hits == keys.high() - keys.low() + 1 ? Cover.FULL : Cover.PARTIAL;
  }

  /// A rectangle of the grid in which positions lie.
  private record Patch(Range rows, Range columns) {
    Cover near(Patch other, int radius) {
      int width = radius + 1;
      return within(rows, other.rows, width).and(within(columns, other.columns, width));
    }
  }

  static Cover grid(Range i, Range j, int width, int radius) {
    Patch iFirst = first(i, width);
    Patch iLast = last(i, width);
    Patch jFirst = first(j, width);
    Patch jLast = last(j, width);
    Cover one = iFirst.near(jFirst, radius);
    boolean alike =
        one == iFirst.near(jLast, radius)
            && one == iLast.near(jFirst, radius)
            && one == iLast.near(jLast, radius);
    return alike ? one : Cover.PARTIAL;
  }

  /// The places of the range's first row; all its rows where there are more than two.
  private static Patch first(Range range, int width) {
    Range rows = blocks(range, width);
    int low = Math.floorMod(range.low(), width);
    return switch (rows.high() - rows.low()) {
      case 0 -> new Patch(rows, new Range(low, Math.floorMod(range.high(), width)));
      case 1 -> new Patch(new Range(rows.low(), rows.low()), new Range(low, width - 1));
      default -> new Patch(rows, new Range(0, width - 1));
    };
  }

  /// The places of the second row of two; else those of [#first].
  private static Patch last(Range range, int width) {
    Range rows = blocks(range, width);
    return rows.high() - rows.low() == 1
        ? new Patch(
            new Range(rows.high(), rows.high()), new Range(0, Math.floorMod(range.high(), width)))
        : first(range, width);
  }
}
