package dev.heed.train;

import dev.heed.checkpoint.Json;

/// Where a model comes from: code, machine, settings and data.
final class Provenance {
  private Provenance() {}

  static Json.Obj of(String version, TrainingSettings settings, Json.Obj data) {
    return Json.object()
        .with("heed", version)
        .with("java", Runtime.version().toString())
        .with("vm", System.getProperty("java.vm.name", "unknown"))
        .with("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"))
        .with("seed", settings.seed())
        .with("data", data)
        .with("settings", settings.json());
  }
}
