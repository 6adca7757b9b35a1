package dev.heed.attention;

import dev.heed.attention.expression.Area;
import dev.heed.attention.expression.Area.Range;
import dev.heed.attention.expression.Cover;
import dev.heed.attention.expression.Place;
import dev.heed.attention.expression.Program;
import dev.heed.attention.expression.Truth;
import dev.heed.attention.expression.VisibleSet;
import org.jspecify.annotations.Nullable;

/// A mask and the data that it reads in one call. Threads may share it; each takes a [Reader] of
/// its own.
final class BoundMask {
  private final Truth truth;
  private final Program program;
  private final AttentionInput input;
  private final Positions docQ;
  private final Positions docK;
  private final boolean readsDocuments;
  private final boolean readsHead;
  private final VisibleSet given;

  /// What hides places besides.
  private final @Nullable BoundMask other;

  private BoundMask(Mask mask, AttentionInput input, MaskReads reads) {
    this.truth = mask.truth();
    this.program = Program.of(truth);
    this.input = input;
    this.readsDocuments = reads.documents();
    this.docQ = input.docQ().orElse(input.qPos());
    this.docK = input.docK().orElse(input.kPos());
    this.given = input.visible().orElse(VisibleSet.NONE);
    this.readsHead = reads.head() || (reads.given() && given.axes().heads() > 1);
    this.other = null;
  }

  private BoundMask(BoundMask mask, BoundMask other) {
    this.truth = mask.truth;
    this.program = mask.program;
    this.input = mask.input;
    this.readsDocuments = mask.readsDocuments;
    this.docQ = mask.docQ;
    this.docK = mask.docK;
    this.given = mask.given;
    this.readsHead = mask.readsHead || other.readsHead;
    this.other = other;
  }

  /// What neither this nor another mask of the same positions hides.
  BoundMask and(BoundMask other) {
    return new BoundMask(this, other);
  }

  /// Binds a mask; what it reads must be in the input, and what the input brings it must read.
  static BoundMask of(Mask mask, AttentionInput input) {
    return of(mask, input, MaskReads.NOTHING);
  }

  /// Binds a mask; what it or `others` read must be in the input, and what the input brings one of
  /// them must read.
  static BoundMask of(Mask mask, AttentionInput input, MaskReads others) {
    MaskReads reads = MaskReads.of(mask.truth());
    boolean documents = reads.documents() || others.documents();
    Brought.DOCUMENTS.check(mask, documents, input.docQ().isPresent());
    Brought.LENGTHS.check(mask, reads.lengths(), input.lengths().isPresent());
    Brought.VISIBLE.check(mask, reads.given(), input.visible().isPresent());
    BoundMask bound = new BoundMask(mask, input, reads);
    bound.checkLost();
    return bound;
  }

  /// Checks that the mask hides what a cache let go, of which only positions are known.
  private void checkLost() {
    Cache.Lost lost = input.lost();
    AttentionShape shape = input.shape();
    if (lost.isNone() || shape.queries() == 0) {
      return;
    }
    Range anything = new Range(Integer.MIN_VALUE, Integer.MAX_VALUE);
    Area.Keys gone = new Area.Keys(new Range(lost.low(), lost.high()), anything, anything);
    for (int b = 0; b < shape.batch(); b++) {
      Area.Queries queries = queries(b, 0, shape.queries());
      for (int h = 0; h < (readsHead ? shape.heads() : 1); h++) {
        if (cover(b, h, queries, gone) != Cover.EMPTY) {
          throw new UnsupportedCombinationException(
              "mask '%s' for queries at %d to %d"
                  .formatted(truth, queries.i().low(), queries.i().high()),
              "a cache that let positions %d to %d go".formatted(lost.low(), lost.high()),
              "a mask that hides them, such as causal & window(n), or a growing cache");
        }
      }
    }
  }

  /// What a mask reads and the input brings.
  private enum Brought {
    DOCUMENTS("document ids", "document", "tensors doc_q [T] and doc_k [S]", "withDocuments"),
    LENGTHS("key lengths", "padding", "a tensor kv_len [B]", "withLengths"),
    VISIBLE("a visible set", "given", "a tensor visible [B, H, T, S]", "withVisible");

    private final String what;
    private final String term;
    private final String tensors;
    private final String method;

    Brought(String what, String term, String tensors, String method) {
      this.what = what;
      this.term = term;
      this.tensors = tensors;
      this.method = method;
    }

    void check(Mask mask, boolean read, boolean given) {
      if (read && !given) {
        throw new AttentionException(
            "attention: mask '%s' reads %s and the input has none; %s in the file would fit, in Java AttentionInput.%s"
                .formatted(mask, what, tensors, method));
      }
      if (given && !read) {
        throw new UnsupportedCombinationException(
            "mask '%s'".formatted(mask),
            "input with " + what,
            "a mask with '%s' reads it".formatted(term));
      }
    }
  }

  /// Whether everything is visible to everyone.
  boolean seesEverything() {
    return truth instanceof Truth.Constant(boolean value)
        && value
        && (other == null || other.seesEverything());
  }

  /// Whether heads may see differently.
  boolean readsHead() {
    return readsHead;
  }

  /// Whether all batches see the same.
  boolean batchesSeeAlike() {
    return batchesAlike()
        && input.qPos().batch() == 1
        && docQ.batch() == 1
        && input.lengths().isEmpty()
        && given.axes().batch() <= 1
        && (other == null || other.batchesSeeAlike());
  }

  /// Whether the keys of all batches have the same positions and documents.
  boolean batchesAlike() {
    return input.kPos().batch() == 1 && docK.batch() == 1;
  }

  /// How much of a tile is visible; it has queries and keys.
  Cover cover(MapTile tile) {
    return cover(
        tile.b(),
        tile.h(),
        queries(tile.b(), tile.t0(), tile.t1()),
        keys(tile.b(), tile.s0(), tile.s1()));
  }

  Cover cover(int b, int h, Area.Queries queries, Area.Keys keys) {
    Cover cover = new Area(queries, keys, new Area.Head(b, h, length(b), given)).cover(truth);
    return other == null ? cover : cover.and(other.cover(b, h, queries, keys));
  }

  private int length(int b) {
    return input.lengths().isPresent() ? input.lengths().get()[b] : Integer.MAX_VALUE;
  }

  /// What queries `[t0, t1)` can be.
  Area.Queries queries(int b, int t0, int t1) {
    Range docs = readsDocuments ? range(this.docQ, b, t0, t1) : Range.NONE;
    return new Area.Queries(range(input.qPos(), b, t0, t1), docs, new Range(t0, t1 - 1));
  }

  /// What keys `[s0, s1)` can be.
  Area.Keys keys(int b, int s0, int s1) {
    Range docs = readsDocuments ? range(this.docK, b, s0, s1) : Range.NONE;
    return new Area.Keys(range(input.kPos(), b, s0, s1), docs, new Range(s0, s1 - 1));
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
    return new Reader(program.scratch(count), other == null ? null : other.reader(count));
  }

  /// Evaluates rows, for one thread.
  final class Reader {
    private final Place place = new Place();
    private final Program.Scratch scratch;

    private final @Nullable Reader others;
    private int[] more = {};

    private Reader(Program.Scratch scratch, @Nullable Reader others) {
      this.scratch = scratch;
      this.others = others;
    }

    /// Writes -1 (visible) or 0 for each place of a tile, row by row, from 0 on.
    void fill(MapTile tile, int[] visible) {
      for (int t = tile.t0(); t < tile.t1(); t++) {
        fill(tile, t, visible, (t - tile.t0()) * tile.keys());
      }
    }

    /// Writes -1 (visible) or 0 for query `t` and each key of a tile, from `at` on.
    void fill(MapTile tile, int t, int[] visible, int at) {
      int b = tile.b();
      Positions kPos = input.kPos();
      place.query(input.qPos().at(b, t), readsDocuments ? docQ.at(b, t) : 0);
      place
          .given(given, b, t)
          .head(tile.h())
          .keys(kPos.array(), kPos.row(b), tile.s0(), tile.keys(), length(b));
      if (readsDocuments) {
        place.documents(docK.array(), docK.row(b));
      }
      program.fill(place, scratch, visible, at);
      if (others != null) {
        more = more.length < tile.keys() ? new int[tile.keys()] : more;
        others.fill(tile, t, more, 0);
        for (int n = 0; n < tile.keys(); n++) {
          visible[at + n] &= more[n];
        }
      }
    }
  }
}
