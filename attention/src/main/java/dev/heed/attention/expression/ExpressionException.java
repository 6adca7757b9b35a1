package dev.heed.attention.expression;

import dev.heed.tensor.HeedException;

/// Text that is no expression, or an expression that cannot be evaluated here.
public final class ExpressionException extends HeedException {
  private static final long serialVersionUID = 1L;

  private final int position;

  public ExpressionException(String message) {
    super("expression: " + message);
    this.position = -1;
  }

  /// @param text the whole expression
  /// @param position where in it the trouble is, from 0
  /// @param found what stands there
  /// @param fit what would fit
  static ExpressionException at(String text, int position, String found, String fit) {
    String shown = text.length() <= 120 ? text : text.substring(0, 117) + "...";
    return new ExpressionException(
        position,
        "expression: at %d, found %s; %s would fit. In: %s".formatted(position, found, fit, shown));
  }

  private ExpressionException(int position, String message) {
    super(message);
    this.position = position;
  }

  /// Where in the text the trouble is, from 0; -1 where there is no text.
  public int position() {
    return position;
  }
}
