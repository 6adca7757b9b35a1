package dev.heed.lens;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;

/// The map of one head: how much of its weight each query gives to each key. A read-only view.
public final class Pattern {
  private final float[] weights;
  private final int offset;
  private final int queries;
  private final int keys;
  private final BitSet visible;

  /// @param offset where the map begins in `weights`
  Pattern(float[] weights, int offset, int queries, int keys, BitSet visible) {
    this.weights = weights;
    this.offset = offset;
    this.queries = queries;
    this.keys = keys;
    this.visible = visible;
  }

  /// A map of given rows; a query sees as many keys as its row is long.
  public static Pattern of(float[]... rows) {
    int keys = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
    float[] weights = new float[rows.length * keys];
    BitSet visible = new BitSet(weights.length);
    for (int q = 0; q < rows.length; q++) {
      System.arraycopy(rows[q], 0, weights, q * keys, rows[q].length);
      visible.set(q * keys, q * keys + rows[q].length);
    }
    return new Pattern(weights, 0, rows.length, keys, visible);
  }

  /// `T`.
  public int queries() {
    return queries;
  }

  /// `S`.
  public int keys() {
    return keys;
  }

  /// The weight that a query gives to a key.
  public float get(int query, int key) {
    return weights[offset + index(query, key)];
  }

  /// The key that stands where a query does: queries are the last of the keys.
  int ownKey(int query) {
    return query + keys - queries;
  }

  /// The weights of a query, `[S]`; a copy.
  public float[] row(int query) {
    int at = offset + Objects.checkIndex(query, queries) * keys;
    return Arrays.copyOfRange(weights, at, at + keys);
  }

  /// Whether a query may see a key; one that it may not see has no weight.
  public boolean sees(int query, int key) {
    return visible.get(index(query, key));
  }

  /// How many keys a query may see.
  public int visible(int query) {
    int at = Objects.checkIndex(query, queries) * keys;
    return visible.get(at, at + keys).cardinality();
  }

  private int index(int query, int key) {
    return Objects.checkIndex(query, queries) * keys + Objects.checkIndex(key, keys);
  }

  @Override
  public String toString() {
    return "Pattern[%d, %d]".formatted(queries, keys);
  }
}
