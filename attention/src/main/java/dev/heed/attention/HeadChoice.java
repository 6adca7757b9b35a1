package dev.heed.attention;

/// What a layer does with heads around a call; what happens within it is a [Mixing].
public sealed interface HeadChoice {
  /// Queries and keys of each head are normalized before they turn, with learned gains, `[E]`.
  record NormKeys() implements HeadChoice {}

  /// The result of each head is normalized, with a learned gain, `[W]`, so that none shouts the
  /// others down.
  record NormResults() implements HeadChoice {}

  /// The result of each head times a learned number, `[H]`: zero silences it.
  record Gate() implements HeadChoice {}

  /// Reads a choice as it is written: `gate`, `norm(keys)`.
  static HeadChoice parse(String text) {
    return HeadChoiceForms.FORMS.parse(text);
  }

  /// The choice as it is written; [#parse] reads it back.
  default String text() {
    return switch (this) {
      case NormKeys _ -> "norm(keys)";
      case NormResults _ -> "norm(results)";
      case Gate _ -> "gate";
    };
  }
}
