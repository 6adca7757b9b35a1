package dev.heed.attention;

/// How a cache keeps a number.
public enum CacheNumbers {
  /// As it came, in four bytes.
  FLOAT,

  /// In one byte, with a scale for each token and head.
  BYTE;

  /// Bytes that a row of `width` takes.
  public long bytes(int width) {
    return switch (this) {
      case FLOAT -> 4L * width;
      case BYTE -> width + 4L;
    };
  }
}
