package dev.heed.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Do the vocabularies of GGUF files give what llama.cpp gives?
@NeedsShared({"data/tokenizers", "data/stories260K"})
final class GgufVocabularyTest {
  @ParameterizedTest
  @ValueSource(strings = {"gpt-2", "llama-spm", "bert-bge"})
  void encode_hardTexts_equalsLlamaCpp(String name) throws IOException {
    Tokenizer tokenizer = vocabulary(name);
    String file = "data/tokenizers/ggml-vocab-" + name + ".gguf";
    String[] texts = read(file + ".inp").split("\n__ggml_vocab_test__\n", -1);
    String[] expected = read(file + ".out").split("\n", -1);
    assertThat(texts).hasSize(47).hasSameSizeAs(expected);
    SoftAssertions all = new SoftAssertions();
    for (int i = 0; i < texts.length; i++) {
      int[] ids = tokenizer.encode(texts[i], SpecialTokens.WITHOUT).ids();
      all.assertThat(ids).as(texts[i]).containsExactly(numbers(expected[i]));
      if (!name.startsWith("bert")) {
        all.assertThat(tokenizer.decode(ids, SpecialTokens.WITH)).isEqualTo(texts[i]);
      }
    }
    all.assertAll();
  }

  @Test
  void encode_llama_beginsWithBosAndGpt2DoesNot() {
    assertThat(vocabulary("llama-spm").encode("Hello", SpecialTokens.WITH).ids())
        .containsExactly(1, 15043);
    assertThat(vocabulary("gpt-2").encode("Hello", SpecialTokens.WITH).ids())
        .containsExactly(15496);
    assertThat(vocabulary("llama-spm").bos()).hasValue(1);
    assertThat(vocabulary("llama-spm").eos()).hasValue(2);
  }

  @Test
  void encode_bert_isSetBetweenItsMarks() {
    Tokenizer bert = vocabulary("bert-bge");
    Encoding encoding = bert.encode("Un tökenized!", SpecialTokens.WITH);
    assertThat(encoding.tokens()).containsExactly("[CLS]", "▁un", "▁token", "ized", "▁!", "[SEP]");
    assertThat(encoding.offsets())
        .containsExactly(
            new Span(0, 0),
            new Span(0, 2),
            new Span(3, 8),
            new Span(8, 12),
            new Span(12, 13),
            new Span(0, 0));
    assertThat(bert.decode(encoding.ids(), SpecialTokens.WITHOUT)).isEqualTo("un tokenized!");
    assertThat(bert.decode(encoding.ids(), SpecialTokens.WITH))
        .isEqualTo("[CLS] un tokenized! [SEP]");
  }

  @Test
  void encode_storiesFromGgufAndFolder_areTheSame() throws IOException {
    Tokenizer gguf = Tokenizers.load(Shared.path("data/stories260K/stories260K-F32.gguf"));
    Tokenizer folder = Tokenizers.load(Shared.path("data/stories260K/hf"));
    String story = read("data/stories260K/expected_greedy_200.txt");
    int[] ids = gguf.encode(story, SpecialTokens.WITH).ids();
    assertThat(folder.encode(story, SpecialTokens.WITH).ids()).containsExactly(ids);
    assertThat(ids[0]).isEqualTo(1);
    assertThat(folder.decode(ids, SpecialTokens.WITHOUT)).isEqualTo(story);
    assertThat(gguf.decode(ids, SpecialTokens.WITHOUT)).isEqualTo(story);
    assertThat(folder.bos()).isEqualTo(gguf.bos()).hasValue(1);
    assertThat(folder.eos()).isEqualTo(gguf.eos()).hasValue(2);
  }

  private static Tokenizer vocabulary(String name) {
    return Tokenizers.load(Shared.path("data/tokenizers/ggml-vocab-" + name + ".gguf"));
  }

  private static int[] numbers(String line) {
    return Arrays.stream(line.split(" "))
        .filter(n -> !n.isEmpty())
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  private static String read(String name) throws IOException {
    return Files.readString(Shared.path(name));
  }

  @Test
  @NeedsShared("data/stories260K")
  void tokenText_wordWithinATextAndItsParts_keepTheirSpaces() {
    Tokenizer gguf = Tokenizers.load(Shared.path("data/stories260K/stories260K-F32.gguf"));
    int[] ids = gguf.encode("Once upon a girl", SpecialTokens.WITH).ids();
    assertThat(IntStream.of(ids).mapToObj(id -> TokenText.of(gguf, id)))
        .containsExactly("<s>", " Once", " upon", " a", " g", "ir", "l");
  }
}
