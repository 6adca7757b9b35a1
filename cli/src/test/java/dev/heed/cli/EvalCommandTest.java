package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.TokenData;
import dev.heed.data.TokenFile;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import dev.heed.text.Tokenizers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsShared("data/stories260K")
final class EvalCommandTest {
  private static final String MODEL = Shared.path("data/stories260K/hf").toString();

  @TempDir private Path folder;

  @Test
  void eval_text_printsLossPerplexityAndBits() throws IOException {
    CommandResult result = eval(story(), "--split", "all");

    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out())
        .containsPattern("(?m)^loss [0-9.]+ nats/token")
        .containsPattern("(?m)^perplexity [0-9.]+")
        .containsPattern("(?m)^bits/byte [0-9.]+");
    assertThat(result.err()).contains("tokens/s");
  }

  @Test
  void eval_json_figuresFitEachOther() throws IOException {
    Json.Obj figures = json(eval(story(), "--split", "all", "--json", "--context", "32"));

    double loss = figures.number("loss");
    // a model of stories foresees a story better than a guess among 512 tokens, and not perfectly
    assertThat(loss).isBetween(0.5, Math.log(512));
    assertThat(figures.number("perplexity"))
        .isCloseTo(Math.exp(loss), within(1e-9 * Math.exp(loss)));
    double bits = loss * figures.whole("tokens") / Math.log(2) / figures.whole("bytes");
    assertThat(figures.number("bitsPerByte")).isCloseTo(bits, within(1e-9));
    assertThat(figures.number("lossLow")).isLessThan(loss);
    assertThat(figures.number("lossHigh")).isGreaterThan(loss);
  }

  @Test
  void eval_splits_addUpToTheWhole() throws IOException {
    Path story = story();
    long whole = json(eval(story, "--split", "all", "--json")).whole("bytes");
    long train = json(eval(story, "--split", "train", "--json")).whole("bytes");
    long rest = json(eval(story, "--split", "validation", "--json")).whole("bytes");

    assertThat(train).isEqualTo(whole * 9 / 10);
    assertThat(train + rest).isEqualTo(whole);
  }

  @Test
  void eval_tokenFile_hasTheLossOfItsText() throws IOException {
    Path tokens = folder.resolve("story.bin");
    TokenFile.write(
        tokens, TokenData.encode(Corpus.read(story()), Tokenizers.load(Path.of(MODEL))));

    Json.Obj figures = json(eval(tokens, "--split", "all", "--json"));

    assertThat(figures.number("loss"))
        .isEqualTo(json(eval(story(), "--split", "all", "--json")).number("loss"));
    assertThat(figures.has("bitsPerByte")).isFalse();
  }

  @Test
  void eval_badInput_endsInThree() throws IOException {
    Path latin = folder.resolve("latin.txt");
    Files.write(latin, "d\u00e9j\u00e0 vu".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(eval(Files.createFile(folder.resolve("empty.txt"))).err()).contains("is empty");
    assertThat(eval(latin).err()).contains("is not UTF-8");
    assertThat(eval(folder.resolve("none")).code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(eval(story(), "--context", "100000").code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(eval(story(), "--context", "0").code()).isEqualTo(ExitCode.USAGE);
    assertThat(eval(story(), "--split", "half").code()).isEqualTo(ExitCode.USAGE);
  }

  private static CommandResult eval(Path data, String... more) {
    String[] args = new String[more.length + 5];
    args[0] = "eval";
    args[1] = "--model";
    args[2] = MODEL;
    args[3] = "--data";
    args[4] = data.toString();
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandResult.of(args);
  }

  private static Json.Obj json(CommandResult result) {
    return Json.parseObject("eval", result.out().getBytes(StandardCharsets.UTF_8));
  }

  // 400 characters
  private Path story() throws IOException {
    String line = "Once upon a time, there was a cat. ";
    return Files.writeString(folder.resolve("story.txt"), line.repeat(12).substring(0, 400));
  }
}
