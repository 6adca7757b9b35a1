package dev.heed.text;

/// Splits one piece of a text into tokens of a vocabulary.
interface Model {
  Vocabulary vocabulary();

  /// Adds the tokens of units `[start, end)`, which are at least one.
  void tokenize(Aligned text, int start, int end, Tokens out);
}
