package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ProveCommandTest {
  @Test
  void prove_withoutName_listsTheClaims() {
    CommandResult result = CommandResult.of("prove");

    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out().lines().map(line -> line.split(" ")[0]))
        .containsExactly("recall", "induction", "rollout", "normalizers", "lengths");
  }

  @Test
  void prove_unknownName_isRefusedWithTheKnown() {
    CommandResult result = CommandResult.of("prove", "recal");

    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("'recal'", "recall, induction");
  }

  @Test
  void prove_noSuchVariant_isRefusedWithThoseThereAre() {
    CommandResult result = CommandResult.of("prove", "recall", "--only", "retenton");

    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("'retenton'", "retention");
  }

  @Test
  void prove_textForATaskOfNumbers_isWrongUsage() {
    CommandResult result = CommandResult.of("prove", "recall", "--data", "text.txt");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("'recall' reads no text");
  }

  @Test
  void prove_languageModelsWithoutText_isWrongUsage() {
    CommandResult result = CommandResult.of("prove", "lengths");

    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("--data");
  }
}
