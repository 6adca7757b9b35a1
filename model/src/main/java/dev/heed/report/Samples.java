package dev.heed.report;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.checkpoint.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a model said on its way, a line of `samples.jsonl` in the folder of a training each.
public final class Samples {
  static final String NAME = "samples.jsonl";

  private Samples() {}

  /// Adds a sample; a line that a killed process left unfinished goes.
  ///
  /// @param step after which the model said it
  /// @param prompt that it was given
  /// @param text that it said
  public static void append(Path folder, long step, String prompt, String text) {
    Path file = folder.resolve(NAME);
    List<Json.Obj> all =
        new ArrayList<>(Files.exists(file) ? TrainingLog.read(file).lines() : List.of());
    all.add(Json.object().with("step", step).with("prompt", prompt).with("text", text));
    String lines = all.stream().map(line -> line + "\n").collect(Collectors.joining());
    AtomicFile.write(file, lines.getBytes(StandardCharsets.UTF_8));
  }
}
