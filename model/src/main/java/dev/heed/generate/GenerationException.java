package dev.heed.generate;

import dev.heed.tensor.HeedException;

/// A wish that no generation can fulfil, or logits that no token can be drawn from.
public final class GenerationException extends HeedException {
  private static final long serialVersionUID = 1L;

  public GenerationException(String message) {
    super(message);
  }
}
