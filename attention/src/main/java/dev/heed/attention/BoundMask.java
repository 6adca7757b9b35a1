package dev.heed.attention;

import dev.heed.attention.expression.Area;
import dev.heed.attention.expression.Area.Range;
import dev.heed.attention.expression.Cover;
import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Place;
import dev.heed.attention.expression.Program;
import dev.heed.attention.expression.Truth;

/// A mask and the data that it reads in one call. Threads may share it; each takes a [Reader] of
/// its own.
final class BoundMask {
  private final Truth truth;
  private final Program program;
  private final AttentionInput input;
  private final boolean readsDocuments;
  private final boolean readsHead;

  private BoundMask(Mask mask, AttentionInput input, MaskReads reads) {
    this.truth = mask.truth();
    this.program = Program.of(truth);
    this.input = input;
    this.readsDocuments = reads.documents();
    this.readsHead = reads.head();
  }

  /// Binds a mask; what it reads must be in the input, and what the input brings it must read.
  static BoundMask of(Mask mask, AttentionInput input) {
    MaskReads reads = MaskReads.of(mask.truth());
    check(mask, "document ids", "withDocuments", reads.documents(), input.docQ().isPresent());
    check(mask, "key lengths", "withLengths", reads.lengths(), input.lengths().isPresent());
    return new BoundMask(mask, input, reads);
  }

  private static void check(Mask mask, String what, String method, boolean read, boolean given) {
    if (read && !given) {
      throw new AttentionException(
          "attention: mask '%s' reads %s and the input has none; AttentionInput.%s gives them"
              .formatted(mask, what, method));
    }
    if (given && !read) {
      throw new UnsupportedCombinationException(
          "mask '%s'".formatted(mask),
          "input with " + what,
          "a mask with '%s' reads them".formatted(what.startsWith("doc") ? "document" : "padding"));
    }
  }

  /// Whether everything is visible to everyone.
  boolean seesEverything() {
    return truth instanceof Truth.Constant(boolean value) && value;
  }

  /// Whether heads may see differently.
  boolean readsHead() {
    return readsHead;
  }

  /// The cover of queries `[t0, t1)` and keys `[s0, s1)`; neither is empty.
  Cover cover(int b, int h, int t0, int t1, int s0, int s1) {
    return cover(b, h, queries(b, t0, t1), keys(b, s0, s1));
  }

  Cover cover(int b, int h, QueryRange queries, KeyRange keys) {
    int length = input.lengths().map(lengths -> lengths[b]).orElse(Integer.MAX_VALUE);
    Area area = new Area(queries.i, keys.j, queries.docQ, keys.docK, keys.index, length, h);
    return area.cover(truth);
  }

  /// What queries `[t0, t1)` can be.
  record QueryRange(Range i, Range docQ) {}

  /// What keys `[s0, s1)` can be.
  record KeyRange(Range j, Range docK, Range index) {
    /// What the keys of this range and of the next one can be.
    KeyRange hull(KeyRange next) {
      return new KeyRange(hull(j, next.j), hull(docK, next.docK), hull(index, next.index));
    }

    private static Range hull(Range a, Range b) {
      return new Range(Math.min(a.low(), b.low()), Math.max(a.high(), b.high()));
    }
  }

  QueryRange queries(int b, int t0, int t1) {
    Range docQ = readsDocuments ? range(input.docQ().orElseThrow(), b, t0, t1) : Range.NONE;
    return new QueryRange(range(input.qPos(), b, t0, t1), docQ);
  }

  KeyRange keys(int b, int s0, int s1) {
    Range docK = readsDocuments ? range(input.docK().orElseThrow(), b, s0, s1) : Range.NONE;
    return new KeyRange(range(input.kPos(), b, s0, s1), docK, new Range(s0, s1 - 1));
  }

  private static Range range(Positions positions, int b, int from, int to) {
    int low = Integer.MAX_VALUE;
    int high = Integer.MIN_VALUE;
    int row = positions.row(b);
    for (int place = row + from; place < row + to; place++) {
      low = Math.min(low, positions.array()[place]);
      high = Math.max(high, positions.array()[place]);
    }
    return new Range(low, high);
  }

  /// For rows of up to `count` keys.
  Reader reader(int count) {
    return new Reader(program.scratch(count));
  }

  /// Evaluates rows, for one thread.
  final class Reader {
    private final Place place = new Place();
    private final Program.Scratch scratch;

    private Reader(Program.Scratch scratch) {
      this.scratch = scratch;
    }

    /// Writes -1 (visible) or 0 for query `t` and each key of `[s0, s1)`, from `at` on.
    void fill(int b, int h, int t, int s0, int s1, int[] visible, int at) {
      int length = input.lengths().isPresent() ? input.lengths().get()[b] : Integer.MAX_VALUE;
      Positions kPos = input.kPos();
      place.query(input.qPos().at(b, t), readsDocuments ? input.docQ().orElseThrow().at(b, t) : 0);
      place.head(h).keys(kPos.array(), kPos.row(b), s0, s1 - s0, length);
      if (readsDocuments) {
        Positions docK = input.docK().orElseThrow();
        place.documents(docK.array(), docK.row(b));
      }
      program.fill(place, scratch, visible, at);
    }
  }

  /// What a mask reads besides positions.
  private record MaskReads(boolean documents, boolean lengths, boolean head) {
    static final MaskReads NOTHING = new MaskReads(false, false, false);

    MaskReads and(MaskReads other) {
      return new MaskReads(
          documents || other.documents, lengths || other.lengths, head || other.head);
    }

    static MaskReads of(Truth truth) {
      return switch (truth) {
        case Truth.Document _ -> new MaskReads(true, false, false);
        case Truth.Padding _ -> new MaskReads(false, true, false);
        case Truth.Comparison(_, Numeric left, Numeric right) -> of(left).and(of(right));
        case Truth.Not(Truth operand) -> of(operand);
        case Truth.And(var operands) ->
            operands.stream().map(MaskReads::of).reduce(NOTHING, MaskReads::and);
        case Truth.Or(var operands) ->
            operands.stream().map(MaskReads::of).reduce(NOTHING, MaskReads::and);
        default -> NOTHING;
      };
    }

    private static MaskReads of(Numeric number) {
      return switch (number) {
        case Numeric.Symbol.DOC_Q, Numeric.Symbol.DOC_K -> new MaskReads(true, false, false);
        case Numeric.Symbol.H -> new MaskReads(false, false, true);
        case Numeric.Unary(_, Numeric operand) -> of(operand);
        case Numeric.Binary(_, Numeric left, Numeric right) -> of(left).and(of(right));
        default -> NOTHING;
      };
    }
  }
}
