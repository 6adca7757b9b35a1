package dev.heed.attention.mixer;

import dev.heed.attention.AttentionException;

/// A state mixer, or what it is given, that cannot be.
public final class MixerException extends AttentionException {
  private static final long serialVersionUID = 1L;

  public MixerException(String message) {
    super(message);
  }
}
