package dev.heed.cli;

import java.io.Console;
import java.util.Optional;
import picocli.CommandLine.Model.UsageMessageSpec;

/// How wide what is printed may be.
final class Screen {
  private static final int USUAL = 100;

  private Screen() {}

  /// The columns of the terminal, or 100 where there is none.
  static int width() {
    return Optional.ofNullable(System.console())
        .filter(Console::isTerminal)
        .map(_ -> new UsageMessageSpec().autoWidth(true).width())
        .orElse(USUAL);
  }
}
