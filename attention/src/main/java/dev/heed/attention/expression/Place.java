package dev.heed.attention.expression;

/// A row of places of the attention map: one query and a run of keys, with whatever an expression
/// can read there.
///
/// A row is filled in by its owner, one thread, and reused from row to row.
public final class Place {
  int b;
  int t;
  VisibleSet given = VisibleSet.NONE;
  int i;
  int docQ;
  int head;
  int length;
  int[] kPos = {};
  int kFrom;
  int[] docK = {};
  int docFrom;
  int index;
  int count;

  /// Nowhere yet.
  public Place() {}

  /// Moves to a query.
  ///
  /// @param i its position
  /// @param docQ its document, or anything where the expression does not read it
  public Place query(int i, int docQ) {
    this.i = i;
    this.docQ = docQ;
    return this;
  }

  /// Moves to query `t` of batch `b` in what is given, for expressions that read it.
  public Place given(VisibleSet given, int b, int t) {
    this.given = given;
    this.b = b;
    this.t = t;
    return this;
  }

  public Place head(int head) {
    this.head = head;
    return this;
  }

  /// Moves to the keys `index` to `index + count`, exclusive, of a batch with `length` keys.
  ///
  /// @param kPos positions of keys; that of key 0 is at `kFrom`
  public Place keys(int[] kPos, int kFrom, int index, int count, int length) {
    this.kPos = kPos;
    this.kFrom = kFrom + index;
    this.index = index;
    this.count = count;
    this.length = length;
    return this;
  }

  /// @param docK documents of keys; that of key 0 is at `docFrom`; after [#keys]
  public Place documents(int[] docK, int docFrom) {
    this.docK = docK;
    this.docFrom = docFrom + index;
    return this;
  }

  /// The lowest position of the keys.
  int lowest() {
    int low = Integer.MAX_VALUE;
    for (int n = kFrom; n < kFrom + count; n++) {
      low = Math.min(low, kPos[n]);
    }
    return low;
  }

  /// The highest position of the keys.
  int highest() {
    int high = Integer.MIN_VALUE;
    for (int n = kFrom; n < kFrom + count; n++) {
      high = Math.max(high, kPos[n]);
    }
    return high;
  }
}
