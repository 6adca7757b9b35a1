package dev.heed.data;

import dev.heed.tensor.HeedException;

/// Data that cannot be used: missing, empty, too short, not text, or beyond a vocabulary.
public final class DataException extends HeedException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
