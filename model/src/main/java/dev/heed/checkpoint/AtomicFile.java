package dev.heed.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes a file so that its name stands for the old content or for the whole new content, whatever
/// happens in between: a temporary file in the same folder, forced to the disk, then renamed.
///
/// Who has the old file mapped keeps reading the old one.
public final class AtomicFile {
  private AtomicFile() {}

  /// Writes the content of a file, front to back.
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  public static void write(Path path, byte[] content) {
    write(
        path,
        channel -> {
          ByteBuffer bytes = ByteBuffer.wrap(content);
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  public static void write(Path path, Content content) {
    Path target = path.toAbsolutePath();
    requireFolder(path, target.getParent());
    Path temporary = target.resolveSibling(".%s.tmp".formatted(UUID.randomUUID()));
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be written: %s".formatted(MappedFile.name(path), reason(e, target)), e);
    } finally {
      deleteIfThere(temporary);
    }
  }

  private static void requireFolder(Path path, @Nullable Path folder) {
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    throw new CheckpointException(
        "%s: cannot be written: the folder %s %s"
            .formatted(
                MappedFile.name(path),
                MappedFile.name(folder),
                Files.exists(folder) ? "is a file" : "does not exist; make it first"));
  }

  /// Why nothing was written; nobody knows the temporary file.
  private static String reason(IOException e, Path target) {
    return switch (e) {
      case AccessDeniedException _ when Files.isDirectory(target) -> "it is a folder";
      case AccessDeniedException _ ->
          "nobody may write into the folder "
              + MappedFile.name(Objects.requireNonNull(target.getParent()));
      case FileSystemException file when file.getReason() != null -> file.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  private static void deleteIfThere(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      System.getLogger(AtomicFile.class.getName())
          .log(System.Logger.Level.WARNING, "cannot delete " + temporary, e);
    }
  }
}
