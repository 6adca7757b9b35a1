package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LookCommandTest {
  @TempDir private Path folder;

  @Test
  void look_withOut_printsAndWritesAPageThatNeedsNothingElse() throws IOException {
    Path page = folder.resolve("look.html");

    CommandResult result = CommandResult.of("look", "To be </script>", "--out", page.toString());

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).contains("nats a token", "heads without which", "next:", "by part:");
    String html = Files.readString(page);
    assertThat(html).contains("default-src 'none'").doesNotContain("http:", "https:", "{{");
    String start = "<script id=\"data\" type=\"application/json\">";
    int from = html.indexOf(start) + start.length();
    String data = html.substring(from, html.indexOf("</script>", from));
    Json.Obj json = Json.parseObject("page", data.getBytes(StandardCharsets.UTF_8));
    assertThat(json.list("heads").items()).hasSize(24);
    assertThat(json.list("layers").items()).hasSize(7);
  }

  @Test
  void look_atTooLittleOrTooMuch_isRefusedByName() {
    assertThat(CommandResult.of("look", "T").code()).isEqualTo(ExitCode.BAD_INPUT);
    CommandResult long1 = CommandResult.of("look", "word ".repeat(2000));
    assertThat(long1.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(long1.err()).contains("context");
  }

  @Test
  void faithful_asJson_hasVerdictAndCalibration() {
    CommandResult result =
        CommandResult.of(
            "faithful", "--examples", "1", "--length", "6", "--tokens", "256", "--json");

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    Json.Obj json = Json.parseObject("out", result.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.object("attention").string("verdict")).isIn("free", "partly", "bound");
    Json.Obj before = json.object("calibration");
    assertThat(before.number("accuracy")).isEqualTo(json.object("calibrated").number("accuracy"));
    assertThat(before.number("ece")).isBetween(0.0, 1.0);
  }
}
