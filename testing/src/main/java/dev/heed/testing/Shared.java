package dev.heed.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The folder of data that lies beside the repository, not in it.
public final class Shared {
  private Shared() {}

  /// A file or folder of the shared data, which must be there; see [NeedsShared].
  ///
  /// @param name relative to the shared folder: `golden/gpt2`
  public static Path path(String name) {
    return find(name)
        .orElseThrow(() ->
            new IllegalStateException(
                "shared data: '%s' is absent; looked %s".formatted(name, placesLooked())));
  }

  /// A file or folder of the shared data, if it is there.
  public static Optional<Path> find(String name) {
    return folder().map(folder -> folder.resolve(name)).filter(Files::exists);
  }

  /// Whether absence of shared data is a failure: `-Dheed.shared=required`.
  static boolean required() {
    return "required".equals(System.getProperty("heed.shared"));
  }

  static String placesLooked() {
    return "for a folder 'shared' beside the working directory and every folder above it,"
        + " and in the folder that -Dheed.shared.folder names";
  }

  private static Optional<Path> folder() {
    String named = System.getProperty("heed.shared.folder");
    if (named != null) {
      return Optional.of(Path.of(named)).filter(Files::isDirectory);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path shared = at.resolveSibling("shared");
      if (Files.isDirectory(shared.resolve("golden"))) {
        return Optional.of(shared);
      }
    }
    return Optional.empty();
  }
}
