package dev.heed.attention.expression;

/// How much of an area of the attention map a mask leaves visible.
public enum Cover {
  /// Nothing is visible.
  EMPTY,
  /// Everything is visible.
  FULL,
  /// Some of it may be.
  PARTIAL;

  static Cover of(boolean value) {
    return value ? FULL : EMPTY;
  }

  Cover not() {
    return switch (this) {
      case EMPTY -> FULL;
      case FULL -> EMPTY;
      case PARTIAL -> PARTIAL;
    };
  }

  public Cover and(Cover other) {
    return this == EMPTY || other == EMPTY ? EMPTY : this == FULL ? other : this;
  }

  Cover or(Cover other) {
    return this == FULL || other == FULL ? FULL : this == EMPTY ? other : this;
  }
}
