package dev.heed.text;

/// What to do with the tokens that mark structure, such as the beginning of a text.
public enum SpecialTokens {
  /// Encoding adds those that the tokenizer's own settings add; decoding writes them out.
  WITH,
  /// Encoding adds none; decoding leaves them out. Special tokens that a text spells out are still
  /// recognised.
  WITHOUT
}
