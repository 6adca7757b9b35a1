package dev.heed.train;

import dev.heed.checkpoint.Escape;
import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/// Settings that come with Heed.
public final class Presets {
  private static final List<String> NAMES =
      List.of("cpu-config", "baby-gpt", "embedded", "gpt2-small");

  private Presets() {}

  /// Their names, the usual one first.
  public static List<String> names() {
    return NAMES;
  }

  public static Json.Obj named(String name) {
    if (!NAMES.contains(name)) {
      throw new TrainingException(
          "settings: preset '%s' is not known; %s are"
              .formatted(Escape.text(name), String.join(", ", NAMES)));
    }
    String file = name + ".json";
    try (InputStream in = Presets.class.getResourceAsStream(file)) {
      return Json.parseObject(file, Objects.requireNonNull(in).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
