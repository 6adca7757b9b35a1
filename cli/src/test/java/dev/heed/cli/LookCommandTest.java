package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LookCommandTest {
  @TempDir private Path folder;

  @Test
  void look_withOut_printsAndWritesAPageThatNeedsNothingElse() throws IOException {
    Path page = folder.resolve("look.html");

    CommandResult result = CommandResult.of("look", "To be </script>", "--out", page.toString());

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).contains("nats a token", "heads without which", "next:", "its logit:");
    String html = Files.readString(page);
    assertThat(html)
        .contains("default-src 'none'")
        .doesNotContain("src=\"", "href=\"http", "{{state}}", "{{recorded}}", "To be </script>");
    String start = "<script type=\"application/json\" id=\"recorded\">";
    int from = html.indexOf(start) + start.length();
    Json.Obj recorded =
        Json.parseObject(
            "page",
            ("{\"all\":" + html.substring(from, html.indexOf("</script>", from)) + "}")
                .getBytes(StandardCharsets.UTF_8));
    Json.Arr trace = recorded.list("all").list(1);
    assertThat(trace.string(0)).isEqualTo("trace");
    assertThat(trace.object(1).string("text")).isEqualTo("To be </script>");
    Json.Obj answer = Json.parseObject("trace", Base64.getDecoder().decode(trace.string(2)));
    assertThat(answer.list("blocks").items()).hasSize(6);
    List<String> asked =
        recorded.list("all").items().stream().map(one -> ((Json.Arr) one).string(0)).toList();
    assertThat(asked).contains("patterns", "lens", "sweep", "attribution", "calibration", "map");
    assertThat(asked.stream().filter("head"::equals)).hasSize(24);
  }

  @Test
  void look_ofAModelWithoutAttention_saysSoAndHeadsDoesToo() throws IOException {
    Path text = Files.writeString(folder.resolve("text"), "My lord, the king is here. ".repeat(40));
    String config =
        "model={\"model_type\": \"mamba2\", \"num_hidden_layers\": 2, \"hidden_size\": 8, \"num_heads\": 4, "
            + "\"head_dim\": 4, \"n_groups\": 2, \"state_size\": 3}";
    String model = folder.resolve("model").toString();
    CommandResult trained =
        CommandResult.of(
            "train", "--data", text.toString(), "--out", model, "--steps", "1", "--set", config);
    assertThat(trained.code()).as(trained.err()).isZero();
    CommandResult look = CommandResult.of("look", "My lord", "--model", model);
    assertThat(look.out()).as(look.err()).contains("no head of this model attends", "next: ");
    CommandResult heads =
        CommandResult.of("heads", "--model", model, "--data", text.toString(), "--tokens", "64");
    assertThat(heads.code()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(heads.err()).contains("the model has no head that attends");
    assertThat(CommandResult.of("heads", "--tokens", "0").code()).isEqualTo(ExitCode.USAGE);
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
            "faithful",
            "--examples=1",
            "--length=6",
            "--tokens=256",
            "--beside=embedded",
            "--json");

    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    Json.Obj json = Json.parseObject("out", result.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.object("attention").string("verdict")).isIn("free", "partly", "bound");
    assertThat(json.object("attention").object("seeds").number("divergence")).isZero();
    Json.Obj before = json.object("calibration");
    assertThat(before.number("accuracy")).isEqualTo(json.object("calibrated").number("accuracy"));
    assertThat(before.number("ece")).isBetween(0.0, 1.0);
  }
}
