package dev.heed.attention;

import dev.heed.tensor.HeedException;

/// A choice on an axis of an attention call that cannot be, alone or beside another.
public class AttentionException extends HeedException {
  private static final long serialVersionUID = 1L;

  public AttentionException(String message) {
    super(message);
  }
}
