package dev.heed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.serve.Studio;
import dev.heed.serve.StudioSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The studio and the command line judge a model alike.
final class FaithfulStudioTest {
  private static final String TEXT =
      "BRUTUS:\nThere is a tide in the affairs of men, which, taken at the flood, leads on to fortune;\n"
          .repeat(3);

  @TempDir private Path folder;

  @Test
  void figures_ofOneText_areThoseOfTheCommand() throws IOException {
    Path file = Files.writeString(folder.resolve("held-out.txt"), TEXT);
    CommandResult result =
        CommandResult.of(
            "faithful", "--data", file.toString(), "--examples", "2", "--length", "6", "--json");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
    Json.Obj command = Json.parseObject("out", result.out().getBytes(StandardCharsets.UTF_8));

    try (Workers workers = Workers.of(2);
        Studio studio =
            Studio.start("embedded", StudioSettings.loopback(0).withData(file), workers)) {
      List<Json.Obj> attention = lines(studio, "faithfulness", "{\"examples\": 2, \"length\": 6}");
      assertThat(attention).hasSize(4);
      Json.Obj whole = attention.getLast().object("found");
      assertThat(whole).isEqualTo(command.object("attention").with("says", whole.string("says")));
      assertThat(attention.get(2).object("example")).isEqualTo(whole.list("examples").object(1));

      List<Json.Obj> calibration =
          lines(studio, "calibration", "{\"text\": " + Json.of(TEXT) + "}");
      double fitted = command.number("temperature");
      assertThat(calibration.getFirst().number("temperature")).isEqualTo(fitted);
      assertThat(calibration.get(1))
          .isEqualTo(command.object("calibrated").with("temperature", fitted));
      assertThat(calibration.get(2))
          .isEqualTo(command.object("calibration").with("temperature", 1.0));
      assertThat(calibration.stream().skip(1).map(line -> line.number("accuracy")).distinct())
          .hasSize(1);
    }
  }

  private static List<Json.Obj> lines(Studio studio, String path, String body) throws IOException {
    URI address = URI.create(studio.address() + "api/" + path);
    HttpURLConnection connection = (HttpURLConnection) address.toURL().openConnection();
    connection.setRequestProperty("Content-Type", "application/json");
    connection.setDoOutput(true);
    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> Json.parseObject("line", line.getBytes(StandardCharsets.UTF_8)))
          .toList();
    }
  }
}
