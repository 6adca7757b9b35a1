package dev.heed.checkpoint;

import dev.heed.tensor.HeedException;

/// A file that cannot be read as what it claims to be, or that does not hold what a model needs.
public final class CheckpointException extends HeedException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message) {
    super(message);
  }

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
