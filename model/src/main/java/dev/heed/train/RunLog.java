package dev.heed.train;

import dev.heed.checkpoint.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The loss history of a run: one JSON object a line and step, appended.
final class RunLog implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  /// @param keep bytes of an earlier log to go on after; what is beyond them belongs to steps that
  ///   will be done again
  RunLog(Path path, long keep) {
    this.path = path;
    try {
      channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.size() > keep) {
        channel.truncate(keep);
      }
      channel.position(channel.size());
    } catch (IOException e) {
      throw failure(e);
    }
  }

  void append(Json.Obj line) {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// Brings everything to the disk; returns how many bytes that is.
  long force() {
    try {
      channel.force(false);
      return channel.size();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private TrainingException failure(IOException e) {
    return new TrainingException("log: %s cannot be written: %s".formatted(path, e), e);
  }
}
