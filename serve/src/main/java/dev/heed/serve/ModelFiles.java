package dev.heed.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The files of a model as they were at some time, by their sizes and times of change.
///
/// @param name of the model, a path
/// @param seen nothing of a model that is no file
record ModelFiles(String name, Map<String, String> seen) {
  private static final List<String> ENDINGS = List.of(".json", ".safetensors", ".gguf", ".model");

  ModelFiles {
    seen = Map.copyOf(seen);
  }

  /// As they are now.
  static ModelFiles of(String name) {
    return new ModelFiles(name, look(name).orElse(Map.of()));
  }

  /// Whether they are others by now. Files that are gone are read on: who took them away did not
  /// put others in their place.
  boolean haveChanged() {
    return look(name).map(now -> !now.isEmpty() && !now.equals(seen)).orElse(false);
  }

  private static Optional<Map<String, String>> look(String name) {
    try {
      Path path = Path.of(name);
      Map<String, String> found = new TreeMap<>();
      if (Files.isDirectory(path)) {
        try (Stream<Path> files = Files.list(path)) {
          for (Path file : files.filter(ModelFiles::isOfAModel).toList()) {
            found.put(file.toString(), state(file));
          }
        }
      } else if (Files.isRegularFile(path)) {
        found.put(name, state(path));
      }
      return Optional.of(found);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static boolean isOfAModel(Path file) {
    return ENDINGS.stream().anyMatch(file.toString()::endsWith);
  }

  private static String state(Path file) throws IOException {
    BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
    return "%d %s %s".formatted(is.size(), is.lastModifiedTime(), is.fileKey());
  }
}
