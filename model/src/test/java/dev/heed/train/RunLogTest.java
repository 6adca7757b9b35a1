package dev.heed.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogTest {
  @TempDir private Path folder;

  @Test
  void open_logThatGoesBeyondTheCheckpoint_goesOnAfterIt() throws IOException {
    Path path = folder.resolve("log.jsonl");
    long kept;
    try (RunLog log = new RunLog(path, 0)) {
      log.append(step(1));
      log.append(step(2));
      kept = log.force();
      log.append(step(3));
      log.append(step(4));
    }
    try (RunLog log = new RunLog(path, kept)) {
      log.append(step(3));
    }

    assertThat(Files.readAllLines(path))
        .map(line -> line.replaceAll("\\D", ""))
        .containsExactly("1", "2", "3");
  }

  private static Json.Obj step(int step) {
    return Json.object().with("step", step);
  }
}
