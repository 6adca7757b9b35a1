package dev.heed.attention;

import dev.heed.tensor.HeedException;

/// A cache or the memory that caches share has no room for what is to be appended; nothing was.
public final class CacheFullException extends HeedException {
  private static final long serialVersionUID = 1;

  public CacheFullException(String message) {
    super(message);
  }
}
