package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NeedsShared("golden/gpt2")
class ParityCommandTest {
  /// Outputs of a decoder of n blocks: logits twice, n + 1 hidden states, n maps, one continuation.
  @ParameterizedTest
  @CsvSource({
    "gpt2, 3",
    "llama-gqa, 3",
    "llama3-rope, 2",
    "mistral-window, 2",
    "qwen3, 2",
    "gemma2, 2"
  })
  void parity_decoder_passesEveryOutput(String folder, int blocks) {
    CommandResult result = CommandResult.of("parity", Shared.path("golden/" + folder).toString());
    int cases = 2 + blocks + 1 + blocks + 1;
    assertThat(result.lastLine())
        .as(result.out() + result.err())
        .isEqualTo("total %d passed %d failed 0 missing 0 unsupported 0".formatted(cases, cases));
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  /// Experts beside: Mixtral records what its routers say.
  @ParameterizedTest
  @CsvSource({"gpt-oss, 8", "mixtral, 10"})
  void parity_experts_passesEveryOutput(String folder, int cases) {
    CommandResult result = CommandResult.of("parity", Shared.path("golden/" + folder).toString());
    assertThat(result.lastLine())
        .as(result.out() + result.err())
        .isEqualTo("total %d passed %d failed 0 missing 0 unsupported 0".formatted(cases, cases));
  }

  /// Mamba-2 has no attention maps.
  @Test
  void parity_mamba2_passesEveryOutput() {
    CommandResult result = CommandResult.of("parity", Shared.path("golden/mamba2").toString());
    assertThat(result.lastLine())
        .as(result.out() + result.err())
        .isEqualTo("total 6 passed 6 failed 0 missing 0 unsupported 0");
  }

  @Test
  void parity_oneWeightChanged_fails(@TempDir Path folder) throws IOException {
    Path golden = Shared.path("golden/gpt2");
    for (String file : List.of("config.json", "expected.safetensors", "reference.json")) {
      Files.copy(golden.resolve(file), folder.resolve(file));
    }
    byte[] bytes = Files.readAllBytes(golden.resolve("model.safetensors"));
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, 5);
    Files.write(folder.resolve("model.safetensors"), bytes);
    CommandResult result = CommandResult.of("parity", folder.toString());
    assertThat(result.out()).contains("FAILED");
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }

  @Test
  @NeedsShared("golden/bert-qa")
  void parity_otherArchitecture_isUnsupported() {
    CommandResult result = CommandResult.of("parity", Shared.path("golden/bert-qa").toString());
    assertThat(result.lastLine()).isEqualTo("total 1 passed 0 failed 0 missing 0 unsupported 1");
  }

  @Test
  void parity_otherFilesBeside_areSkippedWithANotice(@TempDir Path folder) throws IOException {
    Path readme = Files.writeString(folder.resolve("README.md"), "no reference");
    String golden = Shared.path("golden/gpt2").toString();
    CommandResult result = CommandResult.of("parity", readme.toString(), golden, folder.toString());
    assertThat(result.lastLine()).startsWith("total 10 passed 10 ");
    assertThat(result.err().lines()).hasSize(2).allMatch(line -> line.endsWith("skipped"));
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  void parity_onlyOtherFiles_isAFailure(@TempDir Path folder) throws IOException {
    Path readme = Files.writeString(folder.resolve("README.md"), "no reference");
    CommandResult result = CommandResult.of("parity", readme.toString(), folder.toString());
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }

  @Test
  void parity_misspelledFolder_computesNothing() {
    String golden = Shared.path("golden/gpt2").toString();
    CommandResult result = CommandResult.of("parity", golden, golden + "-no");
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("gpt2-no: there is no such folder");
    assertThat(result.out()).isEmpty();
  }

  @Test
  void parity_folderWithoutExpectedOutputs_fails(@TempDir Path folder) throws IOException {
    Files.copy(Shared.path("golden/gpt2/config.json"), folder.resolve("config.json"));
    CommandResult result = CommandResult.of("parity", folder.toString());
    assertThat(result.out()).contains("FAILED", "has no expected.safetensors");
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }

  @Test
  void parity_emptyFolder_namesWhatIsAbsent(@TempDir Path folder) {
    CommandResult result = CommandResult.of("parity", folder.toString());
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("config.json");
  }
}
