package dev.heed.attention;

/// Two choices that are fine alone and that no executor, or not this one, can honour together.
public final class UnsupportedCombinationException extends AttentionException {
  private static final long serialVersionUID = 1L;

  /// @param one the first axis and its choice, `executor Decode`
  /// @param other the second axis and its choice, `backward`
  /// @param instead what would fit
  public UnsupportedCombinationException(String one, String other, String instead) {
    super("attention: %s does not go with %s; %s".formatted(one, other, instead));
  }
}
