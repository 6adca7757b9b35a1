package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EmbeddedModelTest {
  @Test
  void generate_withoutModel_speaksFromTheOneInTheBox() {
    CommandResult result = CommandResult.of("generate", "--max-tokens", "12", "ROMEO:");

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).startsWith("ROMEO:").hasSizeGreaterThan("ROMEO:".length() + 12);
  }

  @ParameterizedTest
  @ValueSource(strings = {"info", "tokens"})
  void otherCommands_embedded_readIt(String command) {
    CommandResult result =
        command.equals("info")
            ? CommandResult.of("info", "embedded")
            : CommandResult.of("tokens", "embedded", "ROMEO:");

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).isNotEmpty();
  }
}
