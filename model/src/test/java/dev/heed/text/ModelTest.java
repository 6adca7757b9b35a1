package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ModelTest {
  private static Vocabulary vocabulary(String... pieces) {
    Vocabulary.Builder builder = new Vocabulary.Builder("test");
    for (String piece : pieces) {
      builder.add(piece);
    }
    return builder.build();
  }

  private static Encoding tokenize(Model model, String text) {
    Aligned aligned = Aligned.original(text.toCharArray(), 0, text.length());
    Tokens tokens = new Tokens(0);
    model.tokenize(aligned, 0, text.length(), tokens);
    return tokens.encoding();
  }

  private static Bpe bpe(Vocabulary vocabulary, List<String> lines) {
    MergeList merges = new MergeList("test", vocabulary, "");
    lines.forEach(merges::add);
    return new Bpe(vocabulary, merges.build(), new Bpe.Options(-1, "", "", Set.of()));
  }

  @Test
  void bpe_threeMerges_appliesTheEarliestFirst() {
    Vocabulary vocabulary = vocabulary("a", "b", "c", "bc", "ab", "abc");
    Bpe bpe = bpe(vocabulary, List.of("b c", "a b", "a bc"));
    assertThat(tokenize(bpe, "abcab").tokens()).containsExactly("abc", "ab");
    assertThat(tokenize(bpe, "abcab").offsets()).containsExactly(new Span(0, 3), new Span(3, 5));
  }

  @Test
  void bpe_longWords_mergeAsTheDefinitionSays() {
    Vocabulary vocabulary = vocabulary("a", "b", "ab", "ba", "aba", "abab", "bb", "aab");
    List<String> lines = List.of("a b", "b a", "ab a", "ab ab", "b b", "a ab");
    Bpe bpe = bpe(vocabulary, lines);
    Random random = new Random(3);
    for (int n = 0; n < 300; n++) {
      StringBuilder word = new StringBuilder();
      for (int i = random.nextInt(60); i >= 0; i--) {
        word.append(random.nextBoolean() ? 'a' : 'b');
      }
      assertThat(tokenize(bpe, word.toString()).tokens())
          .isEqualTo(definition(word.toString(), lines));
    }
  }

  /// Merges the leftmost pair of the lowest rank until none is left.
  private static List<String> definition(String word, List<String> lines) {
    List<String> symbols = new ArrayList<>(word.chars().mapToObj(Character::toString).toList());
    while (true) {
      int best = -1;
      int bestRank = lines.size();
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = lines.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
        if (rank >= 0 && rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  @Test
  void bpe_mergeOfAnUnknownPiece_namesIt() {
    assertThatThrownBy(() -> bpe(vocabulary("a", "b"), List.of("a b")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("merge 0 needs the piece \"ab\"");
    assertThatThrownBy(() -> bpe(vocabulary("a", "b"), List.of("a b c")))
        .hasMessageContaining("one space between them");
  }

  @Test
  @Timeout(20)
  void everyModel_aMillionCharactersWithoutASpace_staysLinear() {
    Vocabulary vocabulary = vocabulary("<unk>", "a", "aa", "aaa", "aaaa", "aaaaaaaa");
    String text = "a".repeat(1_000_001);
    Bpe bpe = bpe(vocabulary, List.of("a a", "aa aa", "aaaa aaaa"));
    assertThat(tokenize(bpe, text).size()).isEqualTo(125_001);
    double[] scores = {0, -3, -3, -3, -3, -3};
    Unigram unigram = new Unigram(vocabulary, scores, 0, Unigram.Unknown.ONE_TOKEN);
    assertThat(tokenize(unigram, text).size()).isEqualTo(125_001);
    Spm spm = new Spm(vocabulary, new float[] {0, -9, -1, -4, -2, -3}, 0);
    assertThat(tokenize(spm, text).size()).isEqualTo(125_001);
    WordPiece.Marks marks = new WordPiece.Marks("", "");
    WordPiece wordPiece = new WordPiece(vocabulary, marks, "<unk>", Integer.MAX_VALUE);
    assertThat(tokenize(wordPiece, text).size()).isEqualTo(125_001);
  }

  @Test
  void unigram_twoWays_takesTheBetterSum() {
    Vocabulary vocabulary = vocabulary("<unk>", "a", "b", "c", "ab", "bc");
    double[] scores = {0, -1, -1, -1, -1.5, -1.2};
    Unigram unigram = new Unigram(vocabulary, scores, 0, Unigram.Unknown.ONE_TOKEN);
    assertThat(tokenize(unigram, "abc").tokens()).containsExactly("a", "bc");
    assertThat(tokenize(unigram, "abxyc").tokens()).containsExactly("ab", "xy", "c");
    assertThat(tokenize(unigram, "abxyc").ids()).containsExactly(4, 0, 3);
    Unigram strict = new Unigram(vocabulary, scores, -1, Unigram.Unknown.ONE_TOKEN);
    assertThatThrownBy(() -> tokenize(strict, "ax"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no piece spells \"x\"");
  }

  @Test
  void spm_unknownCharacters_areBytes() {
    Vocabulary vocabulary = vocabulary("<unk>", "<0xC3>", "<0xA9>", "a", "b", "ab");
    Spm spm = new Spm(vocabulary, new float[] {0, 0, 0, -2, -3, -1}, 0);
    Encoding encoding = tokenize(spm, "abéü");
    assertThat(encoding.ids()).containsExactly(5, 1, 2, 1, 0);
    assertThat(encoding.offset(2)).isEqualTo(new Span(2, 3));
  }

  @Test
  void wordPiece_wordThatCannotBeSpelt_isUnknownAsAWhole() {
    Vocabulary vocabulary = vocabulary("[UNK]", "un", "##able", "##ab");
    WordPiece.Marks marks = new WordPiece.Marks("", "##");
    WordPiece model = new WordPiece(vocabulary, marks, "[UNK]", 7);
    assertThat(tokenize(model, "unable").tokens()).containsExactly("un", "##able");
    assertThat(tokenize(model, "unabx").tokens()).containsExactly("[UNK]");
    assertThat(tokenize(model, "unababab").tokens()).containsExactly("[UNK]");
  }

  @Test
  void vocabulary_idBeyondTheLimit_isRefusedBeforeAllocating() {
    Vocabulary.Builder builder = new Vocabulary.Builder("test");
    assertThatThrownBy(() -> builder.add("x", Integer.MAX_VALUE))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("2147483647");
    assertThatThrownBy(() -> builder.add("x", -1)).hasMessageContaining("ids from 0");
  }
}
