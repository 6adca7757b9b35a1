package dev.heed.tensor;

/// The root of Heed's own exceptions. Every message names the operation, what is wrong, the operands and what would
/// fit.
public class HeedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public HeedException(String message) {
    super(message);
  }

  public HeedException(String message, Throwable cause) {
    super(message, cause);
  }
}
