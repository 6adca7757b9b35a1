package dev.heed.attention;

/// Keys and values of positions that a model has seen, of one layer, with their positions.
///
/// Rows of a head are contiguous, `[B, G, capacity, width]`, so that [Decode] streams them.
public sealed interface Cache permits GrowingCache {
  /// Takes in keys `[B, G, T, E]`, values `[B, G, T, W]` and their positions, `[T]` or `[B, T]`,
  /// and returns everything to look at now.
  Contents append(HeadView k, HeadView v, Positions positions);

  /// What is held now.
  Contents contents();

  /// How many positions were appended and not rolled back.
  int length();

  /// Rolls back to the first `length` positions.
  void truncate(int length);

  /// Bytes held.
  long bytes();

  /// Views of a cache, valid until it changes.
  record Contents(HeadView k, HeadView v, Positions kPos) {}
}
