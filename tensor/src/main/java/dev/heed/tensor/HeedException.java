package dev.heed.tensor;

import java.util.Objects;

/// The root of Heed's own exceptions. Every message names the operation, what is wrong, the
/// operands and what would fit.
public class HeedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HeedException(String message) {
    super(message);
  }

  public HeedException(String message, Throwable cause) {
    super(message, cause);
  }

  /// What is wrong; unlike other exceptions, ours always say.
  @Override
  public final String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
