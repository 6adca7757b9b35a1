package dev.heed.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.report.TrainingReport.State;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingReportTest {
  private static final String FIRST =
      "{\"step\":1,\"loss\":4.25,\"lr\":1e-3,\"gradNorm\":2.5,\"tokensPerSecond\":9000,\"seconds\":65.2}\n";
  private static final String SECOND =
      "{\"step\":2,\"loss\":3.5,\"lr\":9e-4,\"gradNorm\":1.5,\"tokensPerSecond\":9100,\"validationLoss\":3.75,\"seconds\":130.4}\n";

  @TempDir private Path folder;

  @Test
  void write_log_showsItsFiguresAndCurves() throws IOException {
    String page = page(FIRST + SECOND, State.ENDED);

    assertThat(page)
        .contains("best validation loss", "<b>3.750</b>", "2 min 10 s", "ended, step 2")
        .contains("Loss</b>", "Learning rate</b>", "Gradient norm</b>", "Speed</b>")
        .doesNotContain("Memory</b>", "http-equiv=\"refresh\"");
    assertThat(
            Pattern.compile("class=\"curve validation\" d=\"M[0-9.]+ [0-9.]+\"")
                .matcher(page)
                .find())
        .isTrue();
  }

  @Test
  void write_running_loadsItselfAnew() throws IOException {
    Files.writeString(folder.resolve("run.json"), "{\"settings\":{\"amount\":{\"steps\":40}}}");

    assertThat(page(FIRST, State.RUNNING))
        .contains("http-equiv=\"refresh\"", "running, step 1 of 40");
  }

  // every address that a browser would fetch stands in one of these
  @Test
  void write_anyPage_asksNobody() throws IOException {
    Samples.append(folder, 2, "<img src=x>", "see https://example.org");

    String page = page(FIRST + SECOND, State.ENDED);

    assertThat(page).contains("default-src 'none'");
    assertThat(
            Pattern.compile("<[a-z]+[^>]* (src|href)=|url\\(|@import|<link").matcher(page).find())
        .isFalse();
  }

  @Test
  void write_hostileTexts_standForThemselves() throws IOException {
    Files.writeString(
        folder.resolve("run.json"),
        "{\"settings\":{\"<b>\":\"</script><script>alert(1)</script>\"},\"data\":{\"path\":\"a&b\"}}");
    Samples.append(folder, 2, "{{settings}}", "'\"><script>\u0000\u202e");

    String page = page(FIRST + SECOND, State.ENDED);

    assertThat(page)
        .contains("&lt;b&gt;", "&lt;/script&gt;&lt;script&gt;alert(1)", "a&amp;b", "{{settings}}")
        .contains("&#39;&quot;&gt;&lt;script&gt;\uFFFD\uFFFD")
        .doesNotContain("alert(1)</script>");
  }

  @Test
  void write_lastLineCut_leavesItOut() throws IOException {
    assertThat(page(FIRST + SECOND.substring(0, 20), State.RUNNING)).contains("running, step 1");
  }

  @Test
  void append_afterALineThatWasCut_leavesItOut() throws IOException {
    Path file = folder.resolve("samples.jsonl");
    Samples.append(folder, 1, "\n", "first");
    Files.writeString(file, Files.readString(file) + "{\"step\":2,\"pro");

    Samples.append(folder, 3, "\n", "third");

    assertThat(file)
        .hasContent(
            """
            {"step":1,"prompt":"\\n","text":"first"}
            {"step":3,"prompt":"\\n","text":"third"}
            """);
  }

  @Test
  void write_brokenLineBefore_isAnErrorThatNamesIt() {
    assertThatThrownBy(() -> page("{\"step\":\n" + SECOND, State.ENDED))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("line 1");
  }

  @Test
  void write_noStepYet_saysSo() throws IOException {
    assertThat(page("", State.RUNNING)).contains("No step was logged yet");
  }

  @Test
  void write_folderWithoutTraining_saysWhatWouldFit() {
    assertThatThrownBy(() -> TrainingReport.write(folder, State.ENDED))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("log.jsonl does not exist");
    assertThatThrownBy(() -> TrainingReport.write(folder.resolve("none"), State.ENDED))
        .isInstanceOf(HeedException.class)
        .hasMessageContaining("is no folder");
  }

  private String page(String log, State state) throws IOException {
    Files.writeString(folder.resolve("log.jsonl"), log);
    return Files.readString(TrainingReport.write(folder, state));
  }
}
