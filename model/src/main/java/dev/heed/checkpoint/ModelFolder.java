package dev.heed.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/// The files of a model by their names: those of a folder, or those that a program carries in
/// itself.
public interface ModelFolder {
  /// How errors call it.
  String name();

  /// The content of a file; empty where there is none of this name.
  Optional<byte[]> read(String file);

  /// A folder of the file system.
  static ModelFolder on(Path folder) {
    return new OnDisk(folder);
  }

  /// Files that a program carries in itself, each of which `opener` opens by its name:
  ///
  /// ```java
  /// ModelFolder.resources(
  ///     "story", file -> Optional.ofNullable(App.class.getResourceAsStream("story/" + file)));
  /// ```
  static ModelFolder resources(String name, Function<String, Optional<InputStream>> opener) {
    return new Resources(name, opener);
  }

  /// Files below a path.
  record OnDisk(Path folder) implements ModelFolder {
    @Override
    public String name() {
      return MappedFile.name(folder);
    }

    @Override
    public Optional<byte[]> read(String file) {
      Path path = folder.resolve(file);
      try {
        return Files.isRegularFile(path) ? Optional.of(Files.readAllBytes(path)) : Optional.empty();
      } catch (IOException e) {
        throw new CheckpointException(
            "%s: cannot be read: %s".formatted(MappedFile.name(path), e), e);
      }
    }
  }

  /// Streams that somebody else opens.
  record Resources(String name, Function<String, Optional<InputStream>> opener)
      implements ModelFolder {
    @Override
    public Optional<byte[]> read(String file) {
      Optional<InputStream> stream = opener.apply(file);
      if (stream.isEmpty()) {
        return Optional.empty();
      }
      try (InputStream in = stream.get()) {
        return Optional.of(in.readAllBytes());
      } catch (IOException e) {
        throw new CheckpointException(
            "%s/%s: cannot be read: %s".formatted(Escape.text(name), Escape.text(file), e), e);
      }
    }
  }
}
