package dev.heed.text;

import dev.heed.tensor.HeedException;

/// A tokenizer file that cannot be used, or ids that it does not know.
public final class TokenizerException extends HeedException {
  private static final long serialVersionUID = 1L;

  public TokenizerException(String message) {
    super(message);
  }

  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
