package dev.heed.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/// A file that is mapped once its head has been found good, or bytes in memory that stand for one.
///
/// The head is read through the channel, never through the mapping, so that a file that shrinks
/// meanwhile ends in an exception. Once it is mapped nobody can guard against another process that
/// truncates it: touching the lost pages raises an `InternalError` in plain code and ends the JVM
/// in compiled vector code.
final class MappedFile implements AutoCloseable {
  private static final int PEEKED = 64;

  private final Path path;
  private final Optional<FileChannel> channel;
  private final long size;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment copy;

  private MappedFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = Optional.of(channel);
    this.size = size;
    copy = MemorySegment.NULL;
  }

  private MappedFile(Path path, byte[] content) {
    this.path = path;
    channel = Optional.empty();
    size = content.length;
    copy = arena.allocate(Math.max(1, size), Long.SIZE);
    MemorySegment.copy(content, 0, copy, ValueLayout.JAVA_BYTE, 0, content.length);
  }

  /// Bytes that stand for a file, copied out of the heap so that they are read as a mapping is.
  static MappedFile of(Path name, byte[] content) {
    return new MappedFile(name, content);
  }

  /// Opens a regular file; symbolic links are followed.
  static MappedFile open(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointException("%s: there is no such file".formatted(name(path)));
    }
    if (!Files.isRegularFile(path)) {
      throw new CheckpointException("%s: is not a regular file".formatted(name(path)));
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new MappedFile(path, channel, channel.size());
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be opened: %s".formatted(name(path), e), e);
    }
  }

  static String name(Path path) {
    return Escape.text(path.toString());
  }

  /// How errors call this file.
  String name() {
    return name(path);
  }

  Path path() {
    return path;
  }

  long size() {
    return size;
  }

  /// `count` bytes from `from`, which the file must have.
  byte[] read(long from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    read(from, bytes);
    return bytes.array();
  }

  /// Fills what remains of `into` with the bytes from `from`.
  void read(long from, ByteBuffer into) {
    if (channel.isEmpty()) {
      into.put(copy.asSlice(from, into.remaining()).asByteBuffer());
      return;
    }
    long at = from;
    try {
      while (into.hasRemaining()) {
        int got = channel.get().read(into, at);
        if (got < 0) {
          throw new CheckpointException(
              "%s: ends at byte %d, should have %d; it was cut while it was read"
                  .formatted(name(), at, size));
        }
        at += got;
      }
    } catch (IOException e) {
      throw new CheckpointException(
          "%s: cannot be read at byte %d: %s".formatted(name(), at, e), e);
    }
  }

  /// Names what a file is whose content is known to be something else than a checkpoint.
  void refuseWellKnown() {
    byte[] head = read(0, (int) Math.min(size, PEEKED));
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("version https://git-lfs")) {
      throw new CheckpointException(
          "%s: is a Git LFS pointer, not the file itself; fetch it with 'git lfs pull'"
              .formatted(name()));
    }
    // a safetensors header of 640 bytes begins as a pickle does, but for its brace
    boolean safetensors = text.startsWith("{", Long.BYTES);
    if (!safetensors && (text.startsWith("PK\u0003\u0004") || text.startsWith("\u0080\u0002"))) {
      throw new CheckpointException(
          "%s: is a Python pickle or zip archive; convert it to safetensors".formatted(name()));
    }
    if (text.stripLeading().toLowerCase(Locale.ROOT).startsWith("<!doctype html")) {
      throw new CheckpointException(
          "%s: is a web page, not a checkpoint; the download went wrong".formatted(name()));
    }
  }

  /// Fails for a file that is of another kind by how it begins, or that is plain text.
  ///
  /// @param wanted what it should be: a safetensors file
  void refuseOthers(String wanted) {
    byte[] head = read(0, (int) Math.min(size, PEEKED));
    String text = new String(head, StandardCharsets.ISO_8859_1);
    String found = "";
    if (text.startsWith("GGUF")) {
      found = "begins as a GGUF file, whose name ends in .gguf";
    } else if (text.startsWith("heed.tok")) {
      found = "is a file of tokens, for train and eval";
    } else if (text.startsWith("\u001f\u008b")) {
      found = "begins as a gzip archive; unpack it first";
    } else if (!text.isEmpty() && text.chars().allMatch(MappedFile::isText)) {
      String start =
          Escape.text(
              new String(head, StandardCharsets.UTF_8).strip().lines().findFirst().orElse(""));
      found = "looks like text: \"%s\"".formatted(start);
    }
    if (!found.isEmpty()) {
      throw new CheckpointException("%s: is not %s; it %s".formatted(name(), wanted, found));
    }
  }

  /// Whether a byte may stand in a text in UTF-8.
  private static boolean isText(int c) {
    return c >= ' ' ? c != 0x7f : c == '\n' || c == '\r' || c == '\t';
  }

  /// Maps the whole file; the mapping lives until [#close].
  MemorySegment map() {
    if (channel.isEmpty()) {
      return copy.asSlice(0, size);
    }
    try {
      return channel.get().map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be mapped: %s".formatted(name(), e), e);
    }
  }

  /// Gives the descriptor back; a mapping stays.
  void closeChannel() {
    if (channel.isEmpty()) {
      return;
    }
    try {
      channel.get().close();
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be closed: %s".formatted(name(), e), e);
    }
  }

  @Override
  public void close() {
    closeChannel();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
