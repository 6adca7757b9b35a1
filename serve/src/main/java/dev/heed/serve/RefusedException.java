package dev.heed.serve;

import dev.heed.tensor.HeedException;

/// A request that is not answered, with the HTTP status that says why.
final class RefusedException extends HeedException {
  private static final long serialVersionUID = 1L;

  private final int status;

  RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
