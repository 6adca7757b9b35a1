package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeadsCommandTest {
  @TempDir private Path folder;

  private String text() throws IOException {
    Path file = folder.resolve("text.txt");
    return Files.writeString(file, "To be, or not to be: that. ".repeat(50)).toString();
  }

  @Test
  void statistics_ofAText_readsAllOfIt() throws IOException {
    CommandResult table = CommandResult.of("heads", "--statistics", "--data", text());
    CommandResult few =
        CommandResult.of(
            "heads", "--statistics", "--json", "--window=50", "--tokens=120", "--data=" + text());

    assertThat(table.code()).as(table.err()).isEqualTo(ExitCode.DONE);
    assertThat(table.out()).contains("tokens of", "windows of 256", "L5H3");
    Json.Obj json = Json.parseObject("out", few.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.integer("windows")).isEqualTo(3);
    assertThat(json.list("heads").items()).hasSize(24);
  }
}
