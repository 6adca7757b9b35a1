package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.data.Offset;
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

  @Test
  void prune_someHeads_writesAModelThatIsReadAgain() throws IOException {
    Path left = folder.resolve("left");
    String[] prune = {"prune", "--heads=5", "--json", "--tokens=256", "--data=" + text()};
    CommandResult result =
        CommandResult.of(prune[0], prune[1], prune[2], prune[3], prune[4], "--out=" + left);

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    Json.Obj json = Json.parseObject("out", result.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.list("heads").items()).hasSize(5);
    assertThat(json.object("after").number("loss"))
        .isCloseTo(json.number("masked"), Offset.offset(1e-4));
    CommandResult read = CommandResult.of("generate", "--model=" + left, "--max-tokens=3", "To");
    assertThat(read.code()).as(read.err()).isEqualTo(ExitCode.DONE);
    CommandResult again =
        CommandResult.of(prune[0], prune[1], prune[2], prune[3], prune[4], "--out=" + left);
    assertThat(again.code()).isEqualTo(ExitCode.BAD_INPUT);
  }
}
