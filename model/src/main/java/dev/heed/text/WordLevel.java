package dev.heed.text;

/// A vocabulary of whole words.
record WordLevel(Vocabulary vocabulary, String unknownPiece) implements Model {
  @Override
  public void tokenize(Aligned text, int start, int end, Tokens out) {
    int id = vocabulary.id(text.units(), start, end);
    if (id >= 0) {
      out.add(id, new String(text.units(), start, end - start), text, start, end);
      return;
    }
    int unknown = vocabulary.id(unknownPiece);
    if (unknown < 0) {
      throw new TokenizerException(
          "encode: \"%s\" is not in the vocabulary of %d pieces, which has no token for what is unknown either; a text of these pieces would fit"
              .formatted(
                  Text.quote(new String(text.units(), start, end - start)), vocabulary.count()));
    }
    out.add(unknown, unknownPiece, text, start, end);
  }
}
