package dev.heed.lens;

import dev.heed.tensor.HeedException;

/// A look or a change that a model has no place for.
public class LensException extends HeedException {
  private static final long serialVersionUID = 1L;

  public LensException(String message) {
    super(message);
  }
}
