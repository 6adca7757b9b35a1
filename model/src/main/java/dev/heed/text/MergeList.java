package dev.heed.text;

/// Reads merges in their order, first the one that is done first.
final class MergeList {
  private final String source;
  private final Vocabulary vocabulary;
  private final String continuing;
  private final Merges merges;
  private int rank;

  /// @param source how errors call the list
  /// @param continuing what the vocabulary puts before pieces that continue a word
  MergeList(String source, Vocabulary vocabulary, String continuing) {
    this.source = source;
    this.vocabulary = vocabulary;
    this.continuing = continuing;
    merges = new Merges(vocabulary.count());
  }

  /// Adds a merge written as two pieces with a space between.
  void add(String line) {
    int space = line.indexOf(' ');
    if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
      throw new TokenizerException(
          "%s: merge %d is \"%s\"; two pieces with one space between them would fit"
              .formatted(source, rank, Text.quote(line)));
    }
    add(line.substring(0, space), line.substring(space + 1));
  }

  void add(String left, String right) {
    boolean marked = !continuing.isEmpty() && right.startsWith(continuing);
    String merged = left + (marked ? right.substring(continuing.length()) : right);
    merges.put(id(left), id(right), rank, id(merged));
    rank++;
  }

  Merges build() {
    return merges;
  }

  private int id(String piece) {
    int id = vocabulary.id(piece);
    if (id < 0) {
      throw new TokenizerException(
          "%s: merge %d needs the piece \"%s\", which the vocabulary of %d pieces lacks; a vocabulary with it would fit"
              .formatted(source, rank, Text.quote(piece), vocabulary.count()));
    }
    return id;
  }
}
