package dev.heed.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.text.Tokenizer;
import dev.heed.text.TokenizerTraining;
import dev.heed.text.TokenizerTraining.BytePairs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CorpusTest {
  @TempDir private Path folder;

  @Test
  void read_folder_takesAllButHiddenFilesInOrder() throws IOException {
    Files.createDirectories(folder.resolve("a/.git"));
    Files.writeString(folder.resolve("b.txt"), "third");
    Files.writeString(folder.resolve("a/2.md"), "\uFEFFfirst");
    Files.writeString(folder.resolve("a/3.txt"), "sécond");
    Files.writeString(folder.resolve("a/.git/config"), "no");

    Corpus corpus = Corpus.read(folder);

    assertThat(corpus.documents())
        .extracting(Corpus.Document::name)
        .containsExactly("a/2.md", "a/3.txt", "b.txt");
    assertThat(corpus.text()).isEqualTo("firstsécondthird");
    assertThat(corpus.characters()).isEqualTo(16);
    assertThat(corpus.bytes()).isEqualTo(17);
  }

  @Test
  void bytes_everyLengthOfCharacters_areThoseOfUtf8() {
    String text = "a\u007f\u0080\u07ff\u0800\uffff😀";

    assertThat(Corpus.of(text).bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void read_badInput_saysWhatIsWrong() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "caf\u00e9 au lait".getBytes(StandardCharsets.ISO_8859_1));
    Path bare = Files.createDirectory(folder.resolve("bare"));

    assertThatThrownBy(() -> Corpus.read(empty))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is empty");
    assertThatThrownBy(() -> Corpus.read(latin))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("near byte 3");
    assertThatThrownBy(() -> Corpus.read(bare))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has no file");
    assertThatThrownBy(() -> Corpus.read(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("does not exist");
  }

  @Test
  void split_severalDocuments_isCutAsOneText() {
    Corpus corpus = Corpus.of("0123", "😀5678", "9abcde");

    assertThat(corpus.split(Split.TRAIN).texts()).containsExactly("0123", "😀5678", "9abc");
    assertThat(corpus.split(Split.VALIDATION).texts()).containsExactly("de");
    assertThat(corpus.split(Split.ALL)).isEqualTo(corpus);
  }

  @Test
  void hash_oneText_isThatOfItsBytes() {
    // sha256sum of the three bytes "abc", FIPS 180-2 appendix B.1
    assertThat(Corpus.of("abc").hash())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(Corpus.of("ab", "c").hash()).isNotEqualTo(Corpus.of("a", "bc").hash());
  }

  @Test
  void encode_severalTexts_endEachWithTheEndToken() {
    Tokenizer tokenizer =
        TokenizerTraining.bytePairs(Corpus.of("ab").texts(), BytePairs.of(257)).tokenizer();
    int a = tokenizer.idOf("a").orElseThrow();
    int b = tokenizer.idOf("b").orElseThrow();

    TokenData data = TokenData.encode(Corpus.of("ab", "", "b"), tokenizer);

    assertThat(data.read(0, (int) data.size())).containsExactly(a, b, 0, 0, b, 0);
    assertThat(data.documents().starts()).containsExactly(0, 3, 4);
    assertThat(TokenData.encode(Corpus.of("ab"), tokenizer).size()).isEqualTo(2);
  }

  @Test
  void encode_characterOutsideTheVocabulary_namesTheDocument() {
    Tokenizer tokenizer = TokenizerTraining.characters(Corpus.of("ab").texts()).tokenizer();

    assertThatThrownBy(() -> TokenData.encode(Corpus.of("ab", "abc"), tokenizer))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("text 1")
        .hasMessageContaining("\"c\"");
  }

  @Test
  void within_smallerVocabulary_isAnError() {
    TokenData data = TokenData.of(3, 7, 5);

    assertThat(data.within(8)).isSameAs(data);
    assertThatThrownBy(() -> data.within(7))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("id 7")
        .hasMessageContaining("vocabulary of 7");
  }
}
