package dev.heed.attention;

/// Keys and values of positions that a model has seen, of one layer, with their positions.
///
/// Rows of a head lie together, all of them or those of a page, so that [Decode] streams them.
public sealed interface Cache permits GrowingCache, SlidingCache, RingCache, PagedCache {
  /// Takes in keys `[B, G, T, E]`, values `[B, G, T, W]` and their positions, `[T]` or `[B, T]`,
  /// and returns everything to look at now.
  Contents append(HeadView k, HeadView v, Positions positions);

  /// What is held now.
  Contents contents();

  /// How many positions were appended and not rolled back, held or let go.
  int length();

  /// Rolls back to the first `length` positions.
  void truncate(int length);

  /// Goes on with sequence `order[b]` in the place of each sequence `b`, as a beam search does.
  void reorder(int... order);

  /// Bytes held.
  long bytes();

  /// Views of a cache, valid until it changes.
  ///
  /// @param lost what was let go, which no query may want to see
  record Contents(HeadRows k, HeadRows v, Positions kPos, Lost lost) {
    /// A call of queries `[B, H, T, E]` at positions `[T]` or `[B, T]` with these keys and values.
    public AttentionInput input(HeadView q, Positions qPos) {
      return AttentionInput.of(q, k, v, qPos, kPos).withLost(lost);
    }
  }

  /// The positions of keys that are gone, from `low` to `high`, both included; none where `low` is
  /// above `high`. An executor refuses a call whose mask does not hide them.
  record Lost(int low, int high) {
    public static final Lost NONE = new Lost(Integer.MAX_VALUE, Integer.MIN_VALUE);

    public boolean isNone() {
      return low > high;
    }

    Lost with(int position) {
      return new Lost(Math.min(low, position), Math.max(high, position));
    }
  }
}
