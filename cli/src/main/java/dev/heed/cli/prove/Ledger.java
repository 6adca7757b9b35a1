package dev.heed.cli.prove;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The file in which a proof leaves its settings and figures. A training that is in it already,
/// with the same settings, need not be done again.
final class Ledger {
  private final Path file;
  private final List<Figures> all = new ArrayList<>();

  private Ledger(Path file) {
    this.file = file;
  }

  static Ledger in(Path file) {
    Ledger ledger = new Ledger(file);
    if (Files.exists(file)) {
      try {
        Json.parseObject(file.toString(), Files.readAllBytes(file))
            .list("trainings")
            .objects()
            .forEach(training -> ledger.all.add(Figures.of(training)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return ledger;
  }

  Optional<Figures> find(String variant, long seed) {
    return all.stream()
        .filter(figures -> figures.variant().equals(variant) && figures.seed() == seed)
        .findFirst();
  }

  Optional<Figures> find(String variant, long seed, Json.Obj settings) {
    return find(variant, seed)
        .filter(figures -> figures.settings().toString().equals(settings.toString()));
  }

  /// Takes in figures, instead of those that the variant and seed had, and writes the file.
  void add(String proof, Figures figures) {
    all.removeIf(
        other -> other.variant().equals(figures.variant()) && other.seed() == figures.seed());
    all.add(figures);
    Json.Obj json =
        Json.object()
            .with("proof", proof)
            .with("trainings", Json.of(all.stream().map(Figures::json).toList()));
    AtomicFile.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
