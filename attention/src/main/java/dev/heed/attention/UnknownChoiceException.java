package dev.heed.attention;

/// A text that names no choice on its axis.
public final class UnknownChoiceException extends AttentionException {
  private static final long serialVersionUID = 1L;

  /// @param axis `modifier`
  /// @param text what was written
  /// @param fit what could be, in words
  UnknownChoiceException(String axis, String text, String fit) {
    super("%s: '%s' is unknown; %s would fit".formatted(axis, text, fit));
  }
}
