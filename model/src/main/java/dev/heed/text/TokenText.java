package dev.heed.text;

/// What single tokens stand for, as a reader sees them.
public final class TokenText {
  private TokenText() {}

  /// The text of a token within a text, with the space before it that tokenizers leave out where a
  /// text begins; the piece, for a token that is no text of its own.
  public static String of(Tokenizer tokenizer, int id) {
    String once = tokenizer.decode(new int[] {id}, SpecialTokens.WITH);
    String twice = tokenizer.decode(new int[] {id, id}, SpecialTokens.WITH);
    String text =
        twice.startsWith(once) && twice.endsWith(once) ? twice.substring(once.length()) : once;
    return text.isEmpty() || text.contains("\uFFFD") ? tokenizer.piece(id) : text;
  }
}
