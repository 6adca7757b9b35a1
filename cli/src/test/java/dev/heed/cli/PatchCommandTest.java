package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PatchCommandTest {
  private static final String CLEAN = "The man and his wife, and h";
  private static final String CORRUPT = "The man and her wife, and h";

  @Test
  void patch_streamByPosition_restoresWherePromptsDiffer() {
    CommandResult result =
        CommandResult.of("patch", CLEAN, CORRUPT, "--answer", "is", "--wrong", "er");
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).startsWith("\"is\" over \"er\": ");
    String first =
        result.out().lines().filter(line -> line.startsWith("    L0")).toList().getFirst();
    assertThat(first.strip().split(" +"))
        .containsSequence("L0", "0.00", "0.00", "0.00", "1.00", "0.00");
  }

  @Test
  void patch_headsAsJson_statesScoresAndTokens() {
    CommandResult result =
        CommandResult.of(
            "patch", CLEAN, CORRUPT, "--answer=is", "--wrong=er", "--what=head", "--json");
    byte[] utf8 = result.out().getBytes(StandardCharsets.UTF_8);
    Json.Obj json = Json.parseObject("output", utf8);
    assertThat(json.string("site")).isEqualTo("blocks.*.attn.z");
    assertThat(json.list("rows").size()).isEqualTo(6);
    assertThat(json.list("rows").object(2).list("scores").numbers()).hasSize(4);
    assertThat(json.list("tokens").strings()).contains("Ġhis");
  }

  @Test
  void patch_promptsThatDoNotFit_isBadInput() {
    CommandResult longer = CommandResult.of("patch", CLEAN, CORRUPT + "e is my lord");
    assertThat(longer.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(longer.err())
        .contains("clean prompt is 10 tokens and the corrupt one 13; prompts of as many would fit")
        .contains(
            "clean |The| man| and| his|", "corrupt |The| man| and| her|", " he| is| my| lord|");
    CommandResult alike = CommandResult.of("patch", CLEAN, CLEAN);
    assertThat(alike.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(alike.err()).contains("is the answer to both prompts", "--answer");
    assertThat(CommandResult.of("patch", "", CORRUPT).err()).contains("a prompt has no tokens");
    CommandResult many = CommandResult.of("patch", CLEAN, CORRUPT, "--answer", "Mercutio");
    assertThat(many.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(many.err()).contains("'Mercutio' is").contains("tokens of this model");
  }
}
