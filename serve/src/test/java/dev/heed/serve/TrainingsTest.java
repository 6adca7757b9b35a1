package dev.heed.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import dev.heed.data.RepeatedPassage;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.train.StepReport;
import dev.heed.train.TaskTraining;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A training that goes on while the studio watches it, of a model without a tokenizer.
class TrainingsTest {
  private static Workers workers;
  private static Studio studio;

  @BeforeAll
  static void start() {
    workers = Workers.of(2);
    studio = Studio.start("embedded", StudioSettings.loopback(0), workers);
  }

  @AfterAll
  static void stop() {
    studio.close();
    workers.close();
  }

  @Test
  void training_ofAModelWithoutTokenizer_isWatchedAndReadByIds(@TempDir Path folder)
      throws Exception {
    Path log = folder.resolve("log.jsonl");
    List<Integer> seen = new ArrayList<>();
    TaskTraining training = passages();
    TrainingObserver writing =
        new TrainingObserver() {
          @Override
          public void stepped(StepReport report) {
            Path kept = folder.resolve("checkpoints/step-%08d".formatted(report.step()));
            try {
              Files.writeString(
                  log, report.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
              training.checkpoint(kept);
              long whole = Files.size(log);
              Files.writeString(log, "{\"step\": 99, \"lo", StandardOpenOption.APPEND);
              seen.add(watched(folder).list("checkpoints").size());
              try (FileChannel cut = FileChannel.open(log, StandardOpenOption.WRITE)) {
                cut.truncate(whole);
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    training.train(writing, () -> false, Run.inference(Kernels.best(), workers));

    assertThat(seen).containsExactly(1, 2, 3);
    Json.Obj end = watched(folder);
    assertThat(end.list("series").object(0).list("points").size()).isEqualTo(3);
    Json model = Json.of(end.list("checkpoints").object(1).string("model"));
    String example = ask("model", "{\"model\": %s}".formatted(model)).json().string("example");
    assertThat(example.split(" ")).hasSize(20).allMatch(id -> Integer.parseInt(id) < 7);
    String body = "{\"model\": %s, \"text\": \"%s\"}";
    Json.Obj trace = ask("trace", body.formatted(model, "3 1 6, 1")).json();
    assertThat(trace.list("tokens").objects())
        .extracting(t -> t.integer("id"))
        .containsExactly(3, 1, 6, 1);
    assertThat(trace.list("tokens").objects())
        .extracting(t -> t.string("text"))
        .containsExactly("3", "1", "6", "1");
    RawHttp.Response words = ask("trace", body.formatted(model, "3 Romeo"));
    assertThat(words.status()).isEqualTo(400);
    assertThat(words.json().object("error").string("message")).contains("'Romeo'", "0 to 6");
  }

  private static Json.Obj watched(Path folder) throws IOException {
    Json path = Json.of(folder.toString());
    return ask("training", "{\"folder\": %s}".formatted(path)).json();
  }

  private static TaskTraining passages() {
    String settings =
        """
        {"model": {"model_type": "heed", "vocab_size": 7, "max_position_embeddings": 20,
          "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
          "positions": {"type": "rotary"}, "feed_forward": {"type": "none"}},
         "steps": 3, "batch": 2, "context": 20, "optimizer": {"type": "adamw", "rate": 0.01},
         "watch": {"evaluate": 0}}
        """;
    TrainingSettings read =
        TrainingSettings.of(
            Json.parseObject("settings", settings.getBytes(StandardCharsets.UTF_8)));
    return new TaskTraining(
        read, random -> new RepeatedPassage(7, read.amount().batch(), 3, 4, random));
  }

  private static RawHttp.Response ask(String path, String body) throws IOException {
    return new RawHttp(studio.port()).ask(path, body);
  }
}
