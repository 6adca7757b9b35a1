package dev.heed.cli;

import dev.heed.tensor.HeedException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/// Turns what was thrown into an exit code and one line that a user can act on.
///
/// @param err where the line goes
record Failures(PrintWriter err) {
  /// @param verbose whether the stack trace is printed too
  /// @return the exit code
  int report(Throwable thrown, boolean verbose) {
    if (thrown instanceof ResultWriter.ReaderGone) {
      return ExitCode.DONE;
    }
    if (verbose) {
      thrown.printStackTrace(err);
    }
    int code = code(thrown);
    String hint =
        code == ExitCode.OUR_FAULT && !verbose ? " (--verbose shows where it happened)" : "";
    err.println("heed: " + oneLine(message(thrown)) + hint);
    err.flush();
    return code;
  }

  private static int code(Throwable thrown) {
    return thrown instanceof HeedException || file(thrown) != null
        ? ExitCode.BAD_INPUT
        : ExitCode.OUR_FAULT;
  }

  private static String message(Throwable thrown) {
    if (thrown instanceof HeedException ours) {
      return ours.getMessage();
    }
    FileSystemException file = file(thrown);
    if (file != null) {
      return file.getFile() + ": " + reason(file);
    }
    if (thrown instanceof OutOfMemoryError) {
      return "out of memory (%s); give more, for example HEED_OPTS=-Xmx8g"
          .formatted(thrown.getMessage());
    }
    return "internal error: " + thrown;
  }

  private static @Nullable FileSystemException file(Throwable thrown) {
    if (thrown instanceof FileSystemException file) {
      return file;
    }
    return thrown.getCause() instanceof FileSystemException file ? file : null;
  }

  private static String reason(FileSystemException file) {
    return switch (file) {
      case NoSuchFileException _ -> "does not exist";
      case AccessDeniedException _ -> "may not be read";
      default -> file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
    };
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }
}
