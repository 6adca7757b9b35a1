package dev.heed.serve;

import dev.heed.tensor.HeedException;

/// Nobody waits for the result any more.
final class ClientGoneException extends HeedException {
  private static final long serialVersionUID = 1L;

  ClientGoneException() {
    super("studio: the client went away; nobody waits for the result");
  }
}
