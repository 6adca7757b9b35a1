package dev.heed.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The files of the repository that tests read as users do.
final class RepositoryFiles {
  private RepositoryFiles() {}

  static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("README.md"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at;
  }
}
