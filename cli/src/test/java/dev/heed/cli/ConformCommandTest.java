package dev.heed.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.testing.NeedsShared;
import dev.heed.testing.Shared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConformCommandTest {
  @Test
  @NeedsShared("golden/attention")
  void conform_goldenCalls_allPass() {
    CommandResult result = CommandResult.of("conform", Shared.path("golden/attention").toString());
    assertThat(result.lastLine())
        .as(result.out())
        .isEqualTo("total 41 passed 41 failed 0 missing 0 unsupported 0");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  @NeedsShared("conformance/onnx")
  void conform_onnxCalls_allPass() {
    CommandResult result = CommandResult.of("conform", Shared.path("conformance/onnx").toString());
    assertThat(result.lastLine())
        .as(result.out())
        .isEqualTo("total 85 passed 85 failed 0 missing 0 unsupported 0");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
  }

  @Test
  @NeedsShared("golden/attention")
  void conform_oneNumberChanged_failsAndSaysWhere(@TempDir Path folder) throws IOException {
    Path golden = Shared.path("golden/attention/causal.safetensors");
    byte[] bytes = Files.readAllBytes(golden);
    try (SafetensorsFile file = SafetensorsFile.open(golden)) {
      int at = (int) file.tensors().get("d.k").offset();
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(at, 99);
    }
    Path changed = Files.write(folder.resolve("changed.safetensors"), bytes);
    CommandResult result = CommandResult.of("conform", changed.toString());
    assertThat(result.out()).contains("changed", "FAILED max abs", "of d.k by Reference", "1 of");
    assertThat(result.lastLine()).isEqualTo("total 1 passed 0 failed 1 missing 0 unsupported 0");
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"__metadata__\":{\"spec\":\"{\"}}",
        "{\"__metadata__\":{\"spec\":\"[]\"}}",
        "{\"__metadata__\":{\"spec\":\"{}\"}}",
        "{\"__metadata__\":{\"spec\":\"{\\\"mask\\\":\\\"(\\\"}\"}}"
      })
  void conform_brokenFile_isAFailedLine(String header, @TempDir Path folder) throws IOException {
    Path broken = folder.resolve("broken.safetensors");
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(UTF_8));
    Files.write(broken, bytes.array());
    CommandResult result = CommandResult.of("conform", folder.toString());
    assertThat(result.out()).contains("broken").contains("FAILED").doesNotContain("internal");
    assertThat(result.lastLine()).isEqualTo("total 1 passed 0 failed 1 missing 0 unsupported 0");
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }

  @Test
  void conform_noSuchFile_isBadInput(@TempDir Path folder) {
    CommandResult result = CommandResult.of("conform", folder.resolve("none").toString());
    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("there is no such file or folder");
  }

  @Test
  void conform_nothingToRun_isAFailure(@TempDir Path folder) {
    CommandResult result = CommandResult.of("conform", folder.toString());
    assertThat(result.code()).isEqualTo(ExitCode.CHECK_FAILED);
  }
}
