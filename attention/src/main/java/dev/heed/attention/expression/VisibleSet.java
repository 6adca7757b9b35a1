package dev.heed.attention.expression;

import dev.heed.tensor.ShapeException;

/// A set of places of the attention maps of one call, `[B, H, T, S]`, a bit each: what the mask
/// `given` leaves visible. Batches, or heads, may share one map. It goes by the indices of queries
/// and keys in the call, not by their positions.
///
/// Above the bits of each row stand two bits for each word of 64 keys: whether any is set, and
/// whether any is not, so that a tile of many keys is found empty or full without reading them all.
public final class VisibleSet {
  /// No map; where a call has no such set.
  public static final VisibleSet NONE = new VisibleSet(new Axes(0, 0, 0, 0));

  private final Axes axes;

  /// Words of a row.
  private final int stride;

  /// Words above a row.
  private final int above;

  private final long[] words;
  private final long[] anySet;
  private final long[] anyClear;

  /// The lengths of the axes.
  ///
  /// @param batch 1 serves any batch
  /// @param heads 1 serves any query head
  public record Axes(int batch, int heads, int queries, int keys) {
    @Override
    public String toString() {
      return "[%d, %d, %d, %d]".formatted(batch, heads, queries, keys);
    }
  }

  /// Whether a place belongs to a set.
  @FunctionalInterface
  public interface Test {
    boolean isVisible(int b, int h, int t, int s);
  }

  private VisibleSet(Axes axes) {
    this.axes = axes;
    this.stride = axes.keys + 63 >>> 6;
    this.above = stride + 63 >>> 6;
    long rows = (long) axes.batch * axes.heads * axes.queries;
    if (rows * stride > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          "visible set %s: %d words of bits are too many; 2^31 would fit"
              .formatted(axes, rows * stride));
    }
    this.words = new long[(int) rows * stride];
    this.anySet = new long[(int) rows * above];
    this.anyClear = new long[(int) rows * above];
  }

  /// The places of `axes` for which `test` says so.
  public static VisibleSet of(Axes axes, Test test) {
    VisibleSet set = new VisibleSet(axes);
    int row = 0;
    for (int b = 0; b < axes.batch; b++) {
      for (int h = 0; h < axes.heads; h++) {
        for (int t = 0; t < axes.queries; t++, row++) {
          for (int s = 0; s < axes.keys; s++) {
            if (test.isVisible(b, h, t, s)) {
              set.words[row * set.stride + (s >>> 6)] |= 1L << s;
            }
          }
          set.summarise(row);
        }
      }
    }
    return set;
  }

  private void summarise(int row) {
    for (int n = 0; n < stride; n++) {
      long word = words[row * stride + n];
      long whole = n == stride - 1 ? -1L >>> -axes.keys : -1L;
      if (word != 0) {
        anySet[row * above + (n >>> 6)] |= 1L << n;
      }
      if (word != whole) {
        anyClear[row * above + (n >>> 6)] |= 1L << n;
      }
    }
  }

  public Axes axes() {
    return axes;
  }

  public boolean isVisible(int b, int h, int t, int s) {
    return (words[row(b, h, t) * stride + (s >>> 6)] >>> s & 1) != 0;
  }

  private int row(int b, int h, int t) {
    int map = (axes.batch == 1 ? 0 : b) * axes.heads + (axes.heads == 1 ? 0 : h);
    return map * axes.queries + t;
  }

  /// The cover of queries `t` and keys `s` of a head; exact.
  Cover cover(int b, int h, Area.Range t, Area.Range s) {
    if (t.low() < 0 || t.high() >= axes.queries || s.low() < 0 || s.high() >= axes.keys) {
      return Cover.PARTIAL; // places of which nothing is known
    }
    boolean set = false;
    boolean clear = false;
    int row = row(b, h, t.low());
    for (int last = row + t.high() - t.low(); row <= last && !(set && clear); row++) {
      set = set || any(row, s, anySet, 0);
      clear = clear || any(row, s, anyClear, -1);
    }
    return set && clear ? Cover.PARTIAL : Cover.of(set);
  }

  /// Whether a bit of a row, changed by `flip`, is set for one of the keys `s`.
  private boolean any(int row, Area.Range s, long[] summary, long flip) {
    int first = s.low() >>> 6;
    int last = s.high() >>> 6;
    long head = -1L << s.low();
    long tail = -1L >>> ~s.high();
    int from = row * stride;
    if (first == last) {
      return ((words[from + first] ^ flip) & head & tail) != 0;
    }
    return ((words[from + first] ^ flip) & head) != 0
        || ((words[from + last] ^ flip) & tail) != 0
        || anyBetween(summary, row * above, first + 1, last - 1);
  }

  private static boolean anyBetween(long[] summary, int from, int low, int high) {
    for (int n = low >>> 6; low <= high && n <= high >>> 6; n++) {
      long head = n == low >>> 6 ? -1L << low : -1L;
      long tail = n == high >>> 6 ? -1L >>> ~high : -1L;
      if ((summary[from + n] & head & tail) != 0) {
        return true;
      }
    }
    return false;
  }

  /// Writes -1 (visible) or 0 for a row of places.
  void fill(Place place, int[] out, int at) {
    int from = row(place.b, place.head, place.t) * stride;
    for (int n = 0; n < place.count; n++) {
      int s = place.index + n;
      out[at + n] = -(int) (words[from + (s >>> 6)] >>> s & 1);
    }
  }

  @Override
  public String toString() {
    return axes.toString();
  }
}
