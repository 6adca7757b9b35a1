package dev.heed.text;

import java.util.Arrays;

/// Unigram segmentation: of all ways to spell a text, the one whose pieces have the largest sum of
/// scores ([Kudo 2018](https://arxiv.org/abs/1804.10959)), found by Viterbi in one pass.
final class Unigram implements Model {
  private static final double UNKNOWN_PENALTY = 10;

  private final Vocabulary vocabulary;
  private final double[] scores;
  private final int unknown;
  private final Trie trie = new Trie();
  private final double unknownScore;
  private final int[] bytes;

  /// What happens to characters that no piece has.
  enum Unknown {
    ONE_TOKEN,
    BYTES
  }

  /// @param unknown the id of the unknown token, or -1
  Unigram(Vocabulary vocabulary, double[] scores, int unknown, Unknown policy) {
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.unknown = unknown;
    unknownScore = Arrays.stream(scores).min().orElse(0) - UNKNOWN_PENALTY;
    bytes = policy == Unknown.BYTES ? Bpe.byteIds(vocabulary) : new int[0];
    for (int id = 0; id < vocabulary.size(); id++) {
      String piece = vocabulary.piece(id);
      if (piece != null && !piece.isEmpty()) {
        trie.put(piece, id);
      }
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void tokenize(Aligned text, int start, int end, Tokens out) {
    Lattice best = search(text.units(), start, end);
    int length = end - start;
    // walk back, and turn the links round
    int[] next = new int[length + 1];
    for (int at = length; at > 0; at = best.from[at]) {
      next[best.from[at]] = at;
    }
    for (int at = 0; at < length; ) {
      int to = next[at];
      while (best.ids[to] == unknown && to < length && best.ids[next[to]] == unknown) {
        to = next[to];
      }
      emit(best.ids[to], text, start + at, start + to, out);
      at = to;
    }
  }

  /// Finds the best way to each position.
  private Lattice search(char[] text, int start, int end) {
    Lattice lattice = new Lattice(end - start);
    for (int i = start; i < end; ) {
      int at = i - start;
      int single = i + Character.charCount(Character.codePointAt(text, i, end));
      boolean known = false;
      int node = trie.next(Trie.ROOT, text[i]);
      for (int j = i + 1; node >= 0; j++) {
        int id = trie.value(node);
        if (id >= 0) {
          lattice.offer(at, j - start, scores[id], id);
          known |= j == single;
        }
        node = j < end ? trie.next(node, text[j]) : Trie.NONE;
      }
      if (!known) {
        lattice.offer(at, single - start, unknownScore, unknown);
      }
      i = single;
    }
    return lattice;
  }

  /// For each position the beginning, the id and the score of the last piece of the best way to it.
  private static final class Lattice {
    private final double[] best;
    private final int[] from;
    private final int[] ids;

    Lattice(int length) {
      best = new double[length + 1];
      from = new int[length + 1];
      ids = new int[length + 1];
      Arrays.fill(best, Double.NEGATIVE_INFINITY);
      best[0] = 0;
    }

    void offer(int at, int to, double score, int id) {
      if (best[at] + score > best[to]) {
        best[to] = best[at] + score;
        from[to] = at;
        ids[to] = id;
      }
    }
  }

  private void emit(int id, Aligned text, int start, int end, Tokens out) {
    String surface = new String(text.units(), start, end - start);
    int known = id == unknown ? vocabulary.id(text.units(), start, end) : id;
    if (known >= 0) {
      out.add(known, surface, text, start, end);
      return;
    }
    byte[] utf8 = Bpe.utf8(text.units(), start, end);
    boolean spells = bytes.length > 0;
    for (byte b : utf8) {
      spells = spells && bytes[b & 0xFF] >= 0;
    }
    if (spells) {
      for (byte b : utf8) {
        out.add(bytes[b & 0xFF], Bytes.piece(b), text, start, end);
      }
      return;
    }
    if (unknown < 0) {
      throw new TokenizerException(
          "encode: no piece spells \"%s\", and the vocabulary names no unknown token; a vocabulary with unk_id or byte pieces would fit"
              .formatted(Text.quote(surface)));
    }
    out.add(unknown, surface, text, start, end);
  }
}
