package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NeedsShared("data/stories260K")
class GenerateCommandTest {
  private static String expected() throws IOException {
    return Files.readString(Shared.path("data/stories260K/expected_greedy_200.txt"));
  }

  private static CommandResult generate(String model, String... more) {
    String[] args = new String[more.length + 5];
    args[0] = "generate";
    args[1] = "--model";
    args[2] = Shared.path("data/stories260K/" + model).toString();
    args[3] = "--temperature";
    args[4] = "0";
    System.arraycopy(more, 0, args, 5, more.length);
    return CommandResult.of(args);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K-F32.gguf", "hf"})
  void generate_storiesGreedy_printsTheReferenceText(String model) throws IOException {
    CommandResult result = generate(model, "--max-tokens", "196", "Once upon a time");
    String text = result.out().substring(0, result.out().length() - 1);
    // both go as far as their token limit, which falls at different places
    int length = Math.min(text.length(), expected().length());
    assertThat(length).isGreaterThan(400);
    assertThat(text.substring(0, length)).isEqualTo(expected().substring(0, length));
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.err()).contains("generated 196 tokens").contains("first token");
  }

  @Test
  void generate_stopText_endsBeforeIt() {
    CommandResult result = generate("hf", "--stop", "Lily", "Once upon a time");
    assertThat(result.out()).isEqualTo("Once upon a time, there was a little girl named \n");
  }

  @Test
  void generate_maxTokensZero_printsPromptAlone() {
    CommandResult result = generate("hf", "--max-tokens", "0", "Once upon a time");
    assertThat(result.out()).isEqualTo("Once upon a time\n");
    assertThat(result.err()).isEqualTo("prompt 5 tokens; generated 0 tokens\n");
  }

  @Test
  void generate_fullContext_saysSo() {
    CommandResult result = generate("hf", "--context", "12", "Once upon a time");
    assertThat(result.err())
        .contains("all 12 positions of the context are taken", "after 8 of 256 tokens");
    assertThat(result.out()).startsWith("Once upon a time, there was");
  }

  @Test
  void generate_promptBeyondContext_namesBoth() {
    CommandResult result = generate("hf", "--context", "3", "Once upon a time");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("1 to 3");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void generate_beginningInPrompt_isNotDoubled() {
    CommandResult plain = generate("stories260K-F32.gguf", "--max-tokens", "20", "Once");
    CommandResult spelled = generate("stories260K-F32.gguf", "--max-tokens", "20", "<s>Once");
    assertThat(spelled.err().split(";")[0].split(",")[0])
        .isEqualTo(plain.err().split(";")[0].split(",")[0]);
  }

  @Test
  void generate_sameSeed_sameText() {
    String[] drawn = {"--temperature", "1", "--seed", "11", "--max-tokens", "30", "The"};
    assertThat(generate("hf", drawn).out()).isEqualTo(generate("hf", drawn).out());
  }

  @Test
  void generate_badSampling_isWrongUsage() {
    CommandResult result = generate("hf", "--top-p", "1.5", "Once");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("top-p").contains("1.5");
  }

  @Test
  void generate_emptyStop_isWrongUsage() {
    CommandResult result = generate("hf", "--stop", "", "Once");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("stop: an empty text");
  }

  @Test
  void generate_jsonForAModel_namesItsFolder() {
    CommandResult result = generate("hf/tokenizer.json", "Once");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("begins as JSON; name the folder");
  }

  @Test
  void generate_absentModel_isBadInput() {
    CommandResult result = CommandResult.of("generate", "--model", "/nowhere/model.gguf", "Once");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("/nowhere/model.gguf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16", "Q8_0", "Q4_0"})
  void generate_otherFormats_tellAStoryThatBeginsAlike(String type) {
    CommandResult result =
        generate("stories260K-" + type + ".gguf", "--max-tokens", "30", "Once upon a time");
    assertThat(result.out()).startsWith("Once upon a time, there was a little girl named Lily.");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void generate_bareSafetensors_saysWhatAModelIs() {
    CommandResult result = generate("hf/model.safetensors", "Once");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("config.json").contains("GGUF");
  }

  @Test
  @NeedsShared("golden/gpt2")
  void generate_noTokenizer_saysWhatWouldFit() {
    String folder = Shared.path("golden/gpt2").toString();
    CommandResult result = CommandResult.of("generate", "--model", folder, "Once");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("tokenizer.json");
  }

  @Test
  @NeedsShared("golden/t5")
  void generate_unknownArchitecture_namesItAndTheKnown() {
    String folder = Shared.path("golden/t5").toString();
    CommandResult result = CommandResult.of("generate", "--model", folder, "Once");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("'t5'").contains("mistral");
  }
}
