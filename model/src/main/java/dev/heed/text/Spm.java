package dev.heed.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// SentencePiece's byte-pair encoding with scores in the place of merges: of all neighbours whose
/// texts together are a piece, the two with the highest score merge first. What is no piece in the
/// end is written as bytes.
final class Spm implements Model {
  private final Vocabulary vocabulary;
  private final int[] ranks;
  private final int unknown;
  private final int[] bytes;

  Spm(Vocabulary vocabulary, float[] scores, int unknown) {
    this.vocabulary = vocabulary;
    this.unknown = unknown;
    ranks = ranks(scores);
    bytes = Bpe.byteIds(vocabulary);
  }

  /// The place of each score from the highest down; equal scores share theirs.
  private static int[] ranks(float[] scores) {
    Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble((Integer id) -> -scores[id]));
    int[] ranks = new int[scores.length];
    for (int i = 1; i < order.length; i++) {
      ranks[order[i]] = ranks[order[i - 1]] + (scores[order[i]] < scores[order[i - 1]] ? 1 : 0);
    }
    return ranks;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void tokenize(Aligned text, int start, int end, Tokens out) {
    char[] chars = text.units();
    Symbols symbols = new Symbols(end - start);
    for (int i = start; i < end; ) {
      int next = i + Character.charCount(text.codePoint(i));
      symbols.add(vocabulary.id(chars, i, next), i, next);
      i = next;
    }
    symbols.merge((all, left, right) -> merge(chars, all.start(left), all.end(right)));
    for (int i = 0; i < symbols.count(); i++) {
      emit(symbols.id(i), text, symbols.start(i), symbols.end(i), out);
    }
  }

  private long merge(char[] text, int start, int end) {
    int id = vocabulary.id(text, start, end);
    return id < 0 ? Merges.NONE : (long) ranks[id] << 32 | id;
  }

  private void emit(int id, Aligned text, int start, int end, Tokens out) {
    if (id >= 0) {
      out.add(id, new String(text.units(), start, end - start), text, start, end);
      return;
    }
    for (byte b : Bpe.utf8(text.units(), start, end)) {
      int fallback = bytes[b & 0xFF] >= 0 ? bytes[b & 0xFF] : unknown;
      if (fallback < 0) {
        throw new TokenizerException(
            "encode: no piece spells \"%s\"; a vocabulary with byte pieces or an unknown token would fit"
                .formatted(Text.quote(new String(text.units(), start, end - start))));
      }
      String piece = vocabulary.piece(fallback);
      out.add(fallback, piece == null ? "" : piece, text, start, end);
    }
  }
}
