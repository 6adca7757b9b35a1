package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.data.TokenFile;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsShared("data/tokenizers/hf")
final class TokensCommandTest {
  private static final String BERT = hf("bert-base-cased");

  @TempDir private Path folder;

  private static String hf(String name) {
    return Shared.find("data/tokenizers/hf/" + name + "-tokenizer.json")
        .map(Path::toString)
        .orElse("");
  }

  @Test
  void tokens_text_printsIdPieceAndOffsetsOfEach() {
    CommandResult result = CommandResult.of("tokens", BERT, "Führer ist");
    assertThat(result.err()).isEmpty();
    assertThat(result.out().lines().map(String::strip))
        .containsExactly(
            "101  \"[CLS]\"    0-0",
            "143  \"F\"        0-1",
            "24322  \"##ührer\"  1-6",
            "1110  \"is\"       7-9",
            "1204  \"##t\"      9-10",
            "102  \"[SEP]\"    0-0");
  }

  @Test
  void tokens_json_printsOneObject() {
    CommandResult result = CommandResult.of("tokens", BERT, "Führer", "--json", "--no-special");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .isEqualTo(
            "{\"ids\":[143,24322],\"tokens\":[\"F\",\"##ührer\"],\"offsets\":[[0,1],[1,6]],"
                + "\"decoded\":\"Führer\"}\n");
  }

  @Test
  void tokens_batch_printsALineForEachText() throws IOException {
    Path texts = Files.writeString(folder.resolve("texts.json"), "[\"F\", \"\", \"a\\nb\"]");
    CommandResult result =
        CommandResult.of("tokens", hf("phi-2"), "--batch", texts.toString(), "--no-special");
    assertThat(result.out().lines())
        .containsExactly(
            "{\"ids\":[37],\"tokens\":[\"F\"],\"offsets\":[[0,1]],\"decoded\":\"F\"}",
            "{\"ids\":[],\"tokens\":[],\"offsets\":[],\"decoded\":\"\"}",
            "{\"ids\":[64,198,65],\"tokens\":[\"a\",\"Ċ\",\"b\"],"
                + "\"offsets\":[[0,1],[1,2],[2,3]],\"decoded\":\"a\\nb\"}");
  }

  @Test
  void tokens_noText_readsStandardInputLessOneNewline() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("a\n\n".getBytes(StandardCharsets.UTF_8)));
    try {
      CommandResult result = CommandResult.of("tokens", hf("phi-2"), "--json");
      assertThat(result.out()).contains("\"ids\":[64,198]");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void tokens_badInput_endsWithThreeAndNamesIt() throws IOException {
    Path broken =
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"X\"}}");
    CommandResult result = CommandResult.of("tokens", broken.toString(), "a");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("unknown type 'X'", "BPE, Unigram, WordLevel, WordPiece");
    assertThat(CommandResult.of("tokens", folder.resolve("absent").toString(), "a").code())
        .isEqualTo(3);
    assertThat(CommandResult.of("tokens", Shared.path("data/text").toString(), "a").err())
        .contains("has no tokenizer", "vocab.txt");
  }

  @Test
  void tokens_batchAndText_isWrongUsage() {
    CommandResult result = CommandResult.of("tokens", BERT, "a", "--batch", "b.json");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("exclude each other");
  }

  @Test
  void tokens_out_writesAFileOfTheTokensWithoutSpecialOnes() throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "Führer ist");
    Path out = folder.resolve("tokens.bin");

    CommandResult result =
        CommandResult.of("tokens", BERT, "--data", text.toString(), "--out", out.toString());

    assertThat(result.out().strip()).isEqualTo("4 tokens");
    try (TokenFile file = TokenFile.open(out)) {
      assertThat(file.read(0, 4)).containsExactly(143, 24322, 1110, 1204);
    }
    CommandResult half = CommandResult.of("tokens", BERT, "--data", text.toString());
    assertThat(half.code()).isEqualTo(ExitCode.USAGE);
    assertThat(half.err()).contains("go together");
  }
}
