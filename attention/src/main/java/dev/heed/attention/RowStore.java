package dev.heed.attention;

import dev.heed.kernel.Matrix;

/// Rows of one width that a cache keeps, as floats or in eight bits each; the number of rows may
/// change.
sealed interface RowStore permits FloatStore, ByteStore {
  /// An empty store.
  static RowStore of(CacheNumbers numbers, int width) {
    return switch (numbers) {
      case FLOAT -> new FloatStore(width);
      case BYTE -> new ByteStore(width);
    };
  }

  /// Makes room for `groups` of `rows` each, of which the first ones keep what they hold: up to now
  /// they were of `before` rows each.
  void resize(int groups, int before, int rows);

  /// Keeps the `width` numbers of `from` that begin at `at` as a row.
  void put(float[] from, int at, int row);

  /// Copies rows of `other`, of the same kind, which may be this store, to rows from `to` on.
  void copy(RowStore other, int from, int to, int count);

  /// Rows `from` to `from + count` of the store: in place, or written to `scratch` from `at` on.
  Matrix rows(int from, int count, float[] scratch, int at);

  /// Rows `row` onwards of the heads of a batch: what `axes` and the number of rows a head say.
  HeadRows view(HeadView.Axes axes, int rowsOfHead);

  /// Bytes held.
  long bytes();
}
