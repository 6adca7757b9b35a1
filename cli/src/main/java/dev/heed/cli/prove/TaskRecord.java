package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.report.TrainingReport;
import dev.heed.report.TrainingReport.State;
import dev.heed.train.StepReport;
import dev.heed.train.TaskTraining;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a training of a task leaves in a folder, in the files of `heed train`: `log.jsonl` with a
/// line a step, `scores.jsonl` with a line a look at the heads, `checkpoints` with a model now and
/// then, in the end the model and a report.
final class TaskRecord implements AutoCloseable {
  private final Path folder;
  private final BufferedWriter log;
  private final BufferedWriter scores;

  private TaskRecord(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    log = Files.newBufferedWriter(folder.resolve("log.jsonl"));
    scores = Files.newBufferedWriter(folder.resolve(TrainingReport.SCORES));
  }

  static TaskRecord in(Path folder) {
    try {
      return new TaskRecord(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void stepped(StepReport report) {
    line(log, report.json());
  }

  void looked(long step, double accuracy, HeadScores heads) {
    Json.Obj line = Json.object().with("step", step).with("accuracy", accuracy);
    for (var member : heads.json().members().entrySet()) {
      line = line.with(member.getKey(), member.getValue());
    }
    line(scores, line);
  }

  private static void line(BufferedWriter out, Json.Obj json) {
    try {
      out.write(json + "\n");
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Keeps the model as it is now.
  void keep(long step, TaskTraining training) {
    training.checkpoint(folder.resolve("checkpoints").resolve("step-%08d".formatted(step)));
  }

  /// The training is over.
  void end(TaskTraining training) {
    training.save(folder);
    TrainingReport.write(folder, State.ENDED);
  }

  @Override
  public void close() {
    try (log;
        scores) {
      log.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
