package dev.heed.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/// What a command printed and how it ended.
record CommandResult(int code, String out, String err) {
  /// Runs the command in this JVM.
  static CommandResult of(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Heed.run(new PrintWriter(out), new PrintWriter(err), args);
    return new CommandResult(code, out.toString(), err.toString());
  }

  String lastLine() {
    return out.lines().reduce("", (_, line) -> line);
  }
}
