package dev.heed.attention.expression;

/// A rectangle of the attention map, by the ranges of what an expression can read there.
///
/// @param head what all its places have in common
public record Area(Queries queries, Keys keys, Head head) {
  /// Whole numbers from `low` to `high`, both included.
  public record Range(int low, int high) {
    public static final Range NONE = new Range(0, 0);

    /// The numbers of both and between them.
    Range hull(Range other) {
      return new Range(Math.min(low, other.low), Math.max(high, other.high));
    }
  }

  /// What queries can be.
  ///
  /// @param i positions
  /// @param doc documents
  /// @param index which of the call's they are
  public record Queries(Range i, Range doc, Range index) {}

  /// What keys can be.
  ///
  /// @param j positions
  /// @param doc documents
  /// @param index which of the call's they are
  public record Keys(Range j, Range doc, Range index) {
    /// What the keys of this range and of the next one can be.
    public Keys hull(Keys next) {
      return new Keys(j.hull(next.j), doc.hull(next.doc), index.hull(next.index));
    }
  }

  /// A head of a batch.
  ///
  /// @param length how many keys the batch has, for `padding`
  /// @param given what the input makes visible, for `given`
  public record Head(int b, int h, int length, VisibleSet given) {}

  /// The cover that `truth` gives this area; `PARTIAL` where interval arithmetic cannot tell.
  public Cover cover(Truth truth) {
    Range i = queries.i;
    Range j = keys.j;
    return switch (truth) {
      case Truth.Constant(boolean value) -> Cover.of(value);
      case Truth.Causal _ -> below(j.low, j.high, i.low, i.high);
      case Truth.Window(int width) -> within(i, j, width);
      case Truth.Global(int count) -> under(i, count).or(under(j, count));
      case Truth.Prefix(int prefix) -> under(j, prefix);
      case Truth.Chunk(int size) -> same(chunks(i, size), chunks(j, size));
      case Truth.Dilated(int step) -> dilated(i, j, step);
      case Truth.Document _ -> same(queries.doc, keys.doc);
      case Truth.Padding _ -> under(keys.index, head.length);
      case Truth.Given _ -> head.given.cover(head.b, head.h, queries.index, keys.index);
      case Truth.Comparison comparison -> Interval.cover(comparison, this);
      case Truth.Not(Truth operand) -> cover(operand).not();
      case Truth.And(var operands) -> {
        Cover all = Cover.FULL;
        for (int n = 0; n < operands.size() && all != Cover.EMPTY; n++) {
          all = all.and(cover(operands.get(n)));
        }
        yield all;
      }
      case Truth.Or(var operands) -> {
        Cover any = Cover.EMPTY;
        for (int n = 0; n < operands.size() && any != Cover.FULL; n++) {
          any = any.or(cover(operands.get(n)));
        }
        yield any;
      }
    };
  }

  /// `a <= b` for `a` and `b` of two ranges.
  private static Cover below(int aLow, int aHigh, int bLow, int bHigh) {
    return aHigh <= bLow ? Cover.FULL : aLow > bHigh ? Cover.EMPTY : Cover.PARTIAL;
  }

  private static Cover under(Range range, int limit) {
    return range.high < limit ? Cover.FULL : range.low >= limit ? Cover.EMPTY : Cover.PARTIAL;
  }

  private static Cover within(Range i, Range j, int width) {
    int low = i.low - j.high;
    int high = i.high - j.low;
    int nearest = low > 0 ? low : high < 0 ? -high : 0;
    int farthest = Math.max(Math.abs(low), Math.abs(high));
    return farthest < width ? Cover.FULL : nearest >= width ? Cover.EMPTY : Cover.PARTIAL;
  }

  private static Range chunks(Range range, int size) {
    return new Range(Math.floorDiv(range.low, size), Math.floorDiv(range.high, size));
  }

  private static Cover same(Range a, Range b) {
    if (a.high < b.low || b.high < a.low) {
      return Cover.EMPTY;
    }
    return a.low == a.high && b.low == b.high ? Cover.FULL : Cover.PARTIAL;
  }

  private static Cover dilated(Range i, Range j, int step) {
    int low = i.low - j.high;
    int high = i.high - j.low;
    if (step == 1) {
      return Cover.FULL;
    }
    long multiple = Math.floorDiv(high, step) * (long) step;
    return multiple < low ? Cover.EMPTY : low == high ? Cover.FULL : Cover.PARTIAL;
  }
}
