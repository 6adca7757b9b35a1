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
  void treebank_ofAFile_saysHowHeadsDo() throws IOException {
    String sentence =
        """
        1\tthe\t_\tDET\t_\t_\t2\tdet\t_\t_
        2\tking\t_\tNOUN\t_\t_\t3\tnsubj\t_\t_
        3\tsleeps\t_\tVERB\t_\t_\t0\troot\t_\t_

        """;
    Path file = Files.writeString(folder.resolve("small.conllu"), sentence.repeat(10));
    CommandResult table = CommandResult.of("heads", "--treebank=" + file);
    CommandResult json = CommandResult.of("heads", "--json", "--treebank=" + file);

    assertThat(table.code()).as(table.err()).isEqualTo(ExitCode.DONE);
    assertThat(table.out()).contains("10 sentences", "nsubj", "to dependent", "1.00 at   -1");
    Json.Obj read = Json.parseObject("out", json.out().getBytes(StandardCharsets.UTF_8));
    assertThat(read.list("scores").items()).hasSize(3 * 24);
    CommandResult none = CommandResult.of("heads", "--treebank=" + folder.resolve("none"));
    assertThat(none.code()).isEqualTo(ExitCode.BAD_INPUT);
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
