package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportCommandTest {
  @TempDir private Path folder;

  @Test
  void train_ended_leavesAReportWithSamplesThatReportRenews() throws IOException {
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "the cat sat on the mat; the dog did not.\n".repeat(40));
    Path out = folder.resolve("run");

    CommandResult trained =
        CommandResult.of(
            "train",
            "--data",
            text.toString(),
            "--out",
            out.toString(),
            "--preset",
            "cpu-config",
            "--steps",
            "2");

    assertThat(trained.code()).as(trained.err()).isEqualTo(ExitCode.DONE);
    Path report = out.resolve("report.html");
    String page = Files.readString(report);
    assertThat(page).contains("ended, step 2 of 2", "Samples", "best validation loss");

    assertThat(out.resolve("samples.jsonl"))
        .content()
        .startsWith("{\"step\":2,\"prompt\":\"\\n\",\"text\":\"");

    Files.delete(report);
    CommandResult renewed = CommandResult.of("report", out.toString());
    assertThat(renewed.out()).isEqualTo(report + System.lineSeparator());
    assertThat(Files.readString(report)).isEqualTo(page);
  }

  @Test
  void report_folderOfNoTraining_isBadInput() {
    CommandResult result = CommandResult.of("report", folder.toString());

    assertThat(result.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("log.jsonl does not exist");
  }
}
