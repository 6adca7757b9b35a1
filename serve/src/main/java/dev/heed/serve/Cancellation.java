package dev.heed.serve;

/// Whether whoever asked is still there.
final class Cancellation {
  private volatile boolean cancelled;

  void cancel() {
    cancelled = true;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /// Ends the computing where nobody waits for its result.
  void check() {
    if (cancelled) {
      throw new ClientGoneException();
    }
  }
}
