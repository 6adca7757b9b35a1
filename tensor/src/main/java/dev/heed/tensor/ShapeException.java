package dev.heed.tensor;

/// Operands whose shapes do not fit together.
public final class ShapeException extends HeedException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}
