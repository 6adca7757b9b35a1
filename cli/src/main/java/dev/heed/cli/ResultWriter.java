package dev.heed.cli;

import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/// Standard output: UTF-8 in every locale, buffered until it is flushed.
///
/// A failed write is an exception that [java.io.PrintWriter] cannot swallow, so that a command
/// stops when nobody reads it any longer and never reports success for a result that was lost.
final class ResultWriter extends Writer {
  private final Writer bytes;

  ResultWriter(OutputStream stream) {
    bytes = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
  }

  /// Whoever read standard output has gone, as `head` does.
  static final class ReaderGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGone(IOException cause) {
      super(cause);
    }
  }

  @Override
  public void write(char[] text, int from, int length) {
    try {
      bytes.write(text, from, length);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void flush() {
    try {
      bytes.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() {
    try {
      bytes.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static RuntimeException failure(IOException e) {
    String reason = String.valueOf(e.getMessage());
    return reason.contains("Broken pipe") || reason.contains("EPIPE")
        ? new ReaderGone(e)
        : new HeedException("output: the result could not be written: " + reason, e);
  }
}
