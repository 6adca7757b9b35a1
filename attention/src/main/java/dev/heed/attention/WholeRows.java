package dev.heed.attention;

import org.jspecify.annotations.Nullable;

/// Rows of heads, and a copy of them in one array once somebody has asked for it.
final class WholeRows {
  private final HeadRows rows;
  private @Nullable HeadView copy;

  WholeRows(HeadRows rows) {
    this.rows = rows;
  }

  HeadRows rows() {
    return rows;
  }

  HeadView whole() {
    return rows instanceof HeadView view ? view : copied();
  }

  private synchronized HeadView copied() {
    if (copy == null) {
      copy = rows.whole();
    }
    return copy;
  }

  @Override
  public String toString() {
    return rows.toString();
  }
}
