package dev.heed.text;

/// WordPiece: the longest piece that a word begins with, then the longest that its rest continues
/// with; a word that cannot be spelt is unknown as a whole ([Devlin et al.
/// 2019](https://arxiv.org/abs/1810.04805)).
final class WordPiece implements Model {
  private final Vocabulary vocabulary;
  private final Marks marks;
  private final int unknown;
  private final String unknownPiece;
  private final int longestWord;
  private final Trie first = new Trie();
  private final Trie rest = new Trie();

  /// What the vocabulary writes before pieces that begin a word and before those that continue one.
  record Marks(String beginning, String continuing) {}

  /// @param longestWord words of more code points are unknown
  WordPiece(Vocabulary vocabulary, Marks marks, String unknownPiece, int longestWord) {
    this.vocabulary = vocabulary;
    this.marks = marks;
    this.unknownPiece = unknownPiece;
    this.longestWord = longestWord;
    unknown = vocabulary.id(unknownPiece);
    for (int id = 0; id < vocabulary.size(); id++) {
      String piece = vocabulary.piece(id);
      if (piece != null && vocabulary.id(piece) == id) {
        enter(first, marks.beginning, piece, id);
        enter(rest, marks.continuing, piece, id);
      }
    }
  }

  private static void enter(Trie trie, String mark, String piece, int id) {
    if (piece.length() > mark.length() && piece.startsWith(mark)) {
      trie.put(piece.substring(mark.length()), id);
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  Marks marks() {
    return marks;
  }

  @Override
  public void tokenize(Aligned text, int start, int end, Tokens out) {
    if (end - start > longestWord && Character.codePointCount(text, start, end) > longestWord) {
      addUnknown(text, start, end, out);
      return;
    }
    int known = out.count();
    for (int i = start; i < end; ) {
      int next = addLongest(text, i, end, i == start ? first : rest, out);
      if (next == i) {
        out.shrink(known);
        addUnknown(text, start, end, out);
        return;
      }
      i = next;
    }
  }

  /// Adds the longest piece that a text begins with and gives its end, or the start.
  private int addLongest(Aligned text, int start, int end, Trie trie, Tokens out) {
    char[] units = text.units();
    int node = Trie.ROOT;
    int id = Trie.NONE;
    int stop = start;
    for (int i = start; i < end; i++) {
      node = trie.next(node, units[i]);
      if (node < 0) {
        break;
      }
      if (trie.value(node) >= 0) {
        id = trie.value(node);
        stop = i + 1;
      }
    }
    String piece = vocabulary.piece(id);
    if (piece != null) {
      out.add(id, piece, text, start, stop);
    }
    return stop;
  }

  private void addUnknown(Aligned text, int start, int end, Tokens out) {
    if (unknown < 0) {
      throw new TokenizerException(
          "encode: no pieces spell \"%s\", and the vocabulary lacks the unknown token \"%s\"; a vocabulary with it would fit"
              .formatted(
                  Text.quote(new String(text.units(), start, end - start)),
                  Text.quote(unknownPiece)));
    }
    out.add(unknown, unknownPiece, text, start, end);
  }
}
