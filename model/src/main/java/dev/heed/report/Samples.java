package dev.heed.report;

import dev.heed.checkpoint.Json;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What a model said on its way, a line of `samples.jsonl` in the folder of a training each.
public final class Samples {
  static final String NAME = "samples.jsonl";

  private Samples() {}

  /// Adds a sample.
  ///
  /// @param step after which the model said it
  /// @param prompt that it was given
  /// @param text that it said
  public static void append(Path folder, long step, String prompt, String text) {
    Json.Obj line = Json.object().with("step", step).with("prompt", prompt).with("text", text);
    Path file = folder.resolve(NAME);
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new HeedException("report: %s cannot be written: %s".formatted(file, e), e);
    }
  }
}
