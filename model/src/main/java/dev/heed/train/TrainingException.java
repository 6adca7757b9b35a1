package dev.heed.train;

import dev.heed.tensor.HeedException;

/// A training that cannot begin, go on or be resumed; says what is wrong and what would fit.
public final class TrainingException extends HeedException {
  private static final long serialVersionUID = 1L;

  public TrainingException(String message) {
    super(message);
  }

  public TrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
