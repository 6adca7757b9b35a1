package dev.heed.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Whole folders that appear and vanish at once.
final class Folders {
  private static final int BUFFER = 1 << 20;

  private Folders() {}

  /// Fills a folder.
  @FunctionalInterface
  interface Content {
    void writeTo(Path folder) throws IOException;
  }

  /// Makes `folder` appear with its whole content: filled under another name, brought to the disk,
  /// renamed.
  static void write(Path folder, Content content) throws IOException {
    Path parent = Files.createDirectories(folder.toAbsolutePath().getParent());
    Path filling = Files.createDirectory(parent.resolve(temporary()));
    try {
      content.writeTo(filling);
      force(filling);
      Files.move(filling, folder, StandardCopyOption.ATOMIC_MOVE);
      force(parent);
    } finally {
      if (Files.exists(filling)) {
        deleteAll(filling);
      }
    }
  }

  /// Makes a folder vanish: renamed, then emptied.
  static void delete(Path folder) throws IOException {
    Path doomed = folder.resolveSibling(temporary());
    Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
    deleteAll(doomed);
  }

  /// Deletes what [#write] and [#delete] left behind where they were interrupted.
  static void clean(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    for (Path child : children(parent)) {
      String name = String.valueOf(child.getFileName());
      if (name.startsWith(".") && name.endsWith(".tmp")) {
        deleteAll(child);
      }
    }
  }

  /// Makes `name` stand for the content of `file`, whatever it stood for before.
  static void publish(Path file, Path name) throws IOException {
    Path link = name.resolveSibling(temporary());
    try {
      try {
        Files.createLink(link, file);
      } catch (UnsupportedOperationException | IOException e) {
        Files.copy(file, link);
      }
      Files.move(link, name, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(link);
    }
  }

  static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList();
    }
  }

  /// Of the content of a file, to tell whether it was damaged.
  static String checksum(Path file) throws IOException {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        sum.update(buffer, 0, count);
      }
    }
    return "crc32c:%08x".formatted(sum.getValue());
  }

  /// Brings the names in a folder to the disk, where the system lets one open a folder.
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      System.getLogger(Folders.class.getName())
          .log(System.Logger.Level.DEBUG, "folders cannot be forced here", e);
    }
  }

  private static String temporary() {
    return ".%s.tmp".formatted(UUID.randomUUID());
  }

  private static void deleteAll(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
