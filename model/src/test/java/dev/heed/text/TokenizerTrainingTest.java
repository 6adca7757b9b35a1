package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.Json;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.text.TokenizerTraining.BytePairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenizerTrainingTest {
  private static final BytePairs BARE = new BytePairs(300, 2, Optional.empty());

  @TempDir private Path folder;

  @Test
  void characters_text_areNumberedInTheirOrder() {
    Tokenizer tokenizer = TokenizerTraining.characters(List.of("b\na", "c😀b")).tokenizer();

    assertThat(tokenizer.vocabularySize()).isEqualTo(5);
    assertThat(ids(tokenizer, "\nabc😀")).containsExactly(0, 1, 2, 3, 4);
    assertThat(tokenizer.decode(new int[] {4, 0, 2, 2}, SpecialTokens.WITHOUT)).isEqualTo("😀\nbb");
  }

  @Test
  void characters_characterThatWasNotThere_isAnErrorThatNamesIt() {
    Tokenizer tokenizer = TokenizerTraining.characters(List.of("abc")).tokenizer();

    assertThatThrownBy(() -> ids(tokenizer, "abé"))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("\"é\" is not in the vocabulary of 3 pieces");
  }

  @Test
  void characters_emptyTexts_areRefused() {
    assertThatThrownBy(() -> TokenizerTraining.characters(List.of("", "")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("empty");
  }

  // "aaab" twice and "ab" three times: "a","b" stand together 5 times, "a","a" 4 times; then
  // "a","a"
  // (2, in "aa"+"ab") loses to "a","ab" (2, smaller ids of "a","a" win the tie)
  @Test
  void bytePairs_smallText_mergesTheMostFrequentFirst() {
    TrainedTokenizer trained =
        TokenizerTraining.bytePairs(List.of("aaab", "aaab", "ab", "ab", "ab"), BARE);

    assertThat(merges(trained)).containsExactly("a+b", "a+a", "aa+ab");
    assertThat(trained.tokenizer().vocabularySize()).isEqualTo(256 + 3);
  }

  @Test
  void bytePairs_anyText_roundTrips() {
    Tokenizer tokenizer =
        TokenizerTraining.bytePairs(List.of("the cat sat on the mat"), BARE).tokenizer();
    String text = "the dög 😀\r\n\tsat\u0000 on   it's \uFFFD";

    assertThat(tokenizer.decode(ids(tokenizer, text), SpecialTokens.WITHOUT)).isEqualTo(text);
  }

  @Test
  void bytePairs_endOfText_isOneTokenAndTheEnd() {
    TrainedTokenizer trained =
        TokenizerTraining.bytePairs(List.of("low lower lowest"), BytePairs.of(260));

    Tokenizer tokenizer = trained.tokenizer();
    assertThat(tokenizer.eos()).hasValue(0);
    assertThat(ids(tokenizer, "<|endoftext|>")).containsExactly(0);
    assertThat(merges(trained)).startsWith("l+o", "lo+w");
  }

  // counts every pair of every word anew for each merge
  @Test
  void bytePairs_manyWords_equalCountingAnewForEachMerge() throws IOException {
    String text = Files.readString(Path.of("../README.md")) + "aaaa aaaaa aaaaaaa ".repeat(5);

    TrainedTokenizer trained =
        TokenizerTraining.bytePairs(List.of(text), new BytePairs(500, 2, Optional.empty()));

    assertThat(merges(trained)).isEqualTo(recounted(text, 500 - 256, 2));
  }

  @Test
  void bytePairs_textsInAnotherOrder_giveTheSame() {
    List<String> texts = new ArrayList<>(List.of("see the sea", "she sells shells", "so so so"));
    Json one = TokenizerTraining.bytePairs(texts, BARE).json();
    Collections.reverse(texts);

    assertThat(TokenizerTraining.bytePairs(texts, BARE).json()).hasToString(one.toString());
  }

  @Test
  void bytePairs_vocabularyWithoutRoomForBytes_isRefused() {
    assertThatThrownBy(() -> BytePairs.of(256))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("257, for every byte");
  }

  @NeedsShared("data/text/tinyshakespeare.txt")
  @Test
  void save_bothKinds_areReadBackWithTheSameIds() throws IOException {
    String text = Files.readString(Shared.path("data/text/tinyshakespeare.txt"));
    for (TrainedTokenizer trained :
        List.of(
            TokenizerTraining.characters(List.of(text)),
            TokenizerTraining.bytePairs(List.of(text), BytePairs.of(1000)))) {
      trained.save(folder);
      Tokenizer read = Tokenizers.load(folder);

      assertThat(read.eos()).isEqualTo(trained.tokenizer().eos());
      int[] ids = ids(read, text);
      assertThat(ids).isEqualTo(ids(trained.tokenizer(), text));
      assertThat(read.decode(ids, SpecialTokens.WITHOUT)).isEqualTo(text);
    }
  }

  private static int[] ids(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, SpecialTokens.WITH).ids();
  }

  private static List<String> merges(TrainedTokenizer trained) {
    return trained.json().object("model").list("merges").items().stream()
        .map(item -> (Json.Arr) item)
        .map(pair -> pair.string(0) + "+" + pair.string(1))
        .toList();
  }

  private static List<String> recounted(String text, int most, int minimum) {
    List<String> pieces =
        new ArrayList<>(
            IntStream.range(0, 256)
                .mapToObj(Bytes::character)
                .sorted()
                .map(String::valueOf)
                .toList());
    List<List<Integer>> words = new ArrayList<>();
    char[] units = text.toCharArray();
    int[] found = WordScanner.GPT2.find(Aligned.original(units, 0, units.length), 0, units.length);
    for (int i = 0; i < found.length; i += 2) {
      List<Integer> word = new ArrayList<>();
      for (byte b : Bpe.utf8(units, found[i], found[i + 1])) {
        word.add(pieces.indexOf(String.valueOf(Bytes.character(b))));
      }
      words.add(word);
    }
    List<String> merges = new ArrayList<>();
    while (merges.size() < most) {
      Map<List<Integer>, Integer> counts = new HashMap<>();
      for (List<Integer> word : words) {
        for (int i = 1; i < word.size(); i++) {
          counts.merge(List.of(word.get(i - 1), word.get(i)), 1, Integer::sum);
        }
      }
      List<Integer> best =
          counts.keySet().stream()
              .min((p, q) -> {
                int byCount = Integer.compare(counts.get(q), counts.get(p));
                int byLeft = Integer.compare(p.get(0), q.get(0));
                return byCount != 0
                    ? byCount
                    : byLeft != 0 ? byLeft : Integer.compare(p.get(1), q.get(1));
              })
              .orElseThrow();
      if (counts.get(best) < minimum) {
        break;
      }
      merges.add(pieces.get(best.get(0)) + "+" + pieces.get(best.get(1)));
      pieces.add(pieces.get(best.get(0)) + pieces.get(best.get(1)));
      for (List<Integer> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.get(i).equals(best.get(0)) && word.get(i + 1).equals(best.get(1))) {
            word.set(i, pieces.size() - 1);
            word.remove(/* index */ i + 1);
          }
        }
      }
    }
    return merges;
  }
}
