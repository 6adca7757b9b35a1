package dev.heed.text;

import java.util.OptionalInt;

/// Text to token ids and back. Immutable: any number of threads may share one.
public interface Tokenizer {
  /// Splits a text into tokens. Lone surrogates are read as U+FFFD.
  Encoding encode(String text, SpecialTokens specials);

  /// The text of some ids. An id without a piece, which models with a padded vocabulary produce,
  /// has no text; bytes that are no UTF-8 become U+FFFD.
  String decode(int[] ids, SpecialTokens specials);

  /// A decoder that takes one id at a time.
  default StreamingDecoder stream(SpecialTokens specials) {
    return new StreamingDecoder(this, specials);
  }

  /// The number of ids: one more than the largest id that has a piece.
  int vocabularySize();

  /// The piece of an id as the vocabulary writes it.
  ///
  /// @throws TokenizerException if there is none
  String piece(int id);

  /// The id of a piece.
  OptionalInt idOf(String piece);

  /// Whether an id marks structure and has no text of its own.
  boolean isSpecial(int id);

  /// The token that begins a text, where the files name one.
  OptionalInt bos();

  /// The token that ends a text, where the files name one.
  OptionalInt eos();
}
