package dev.heed.train;

import dev.heed.checkpoint.Escape;

/// Refuses settings that do not fit.
final class Check {
  private Check() {}

  static void that(boolean fits, String name, Object value, String fitting) {
    if (!fits) {
      throw new TrainingException("settings: %s is %s; %s fits".formatted(name, value, fitting));
    }
  }

  static TrainingException unknown(String what, String name, String known) {
    return new TrainingException(
        "settings: %s '%s' is not known; %s".formatted(what, Escape.text(name), known));
  }
}
