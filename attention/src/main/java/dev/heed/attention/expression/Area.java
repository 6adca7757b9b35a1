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
      case Truth.Causal _ -> NamedAreas.atMost(j, i);
      case Truth.Window(int width) -> NamedAreas.within(i, j, width);
      case Truth.Global(int count) -> NamedAreas.under(i, count).or(NamedAreas.under(j, count));
      case Truth.Prefix(int prefix) -> NamedAreas.under(j, prefix);
      case Truth.Chunk(int size) ->
          NamedAreas.same(NamedAreas.blocks(i, size), NamedAreas.blocks(j, size));
      case Truth.Dilated(int step) -> NamedAreas.dilated(i, j, step);
      case Truth.Previous(int size) -> NamedAreas.previous(i, j, size);
      case Truth.Strided(int step) ->
          NamedAreas.within(i, j, step).or(NamedAreas.dilated(i, j, step));
      case Truth.Fixed(int size, int count) ->
          NamedAreas.same(NamedAreas.blocks(i, size), NamedAreas.blocks(j, size))
              .or(NamedAreas.last(j, size, count));
      case Truth.RandomBlocks random -> NamedAreas.random(random, i, j);
      case Truth.Grid(int width, int radius) -> NamedAreas.grid(i, j, width, radius);
      case Truth.Document _ -> NamedAreas.same(queries.doc, keys.doc);
      case Truth.Padding _ -> NamedAreas.under(keys.index, head.length);
      case Truth.Front(int count) -> NamedAreas.under(keys.index, count);
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
}
