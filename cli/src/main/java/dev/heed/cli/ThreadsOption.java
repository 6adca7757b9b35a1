package dev.heed.cli;

import dev.heed.kernel.Workers;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `--threads`, for every command that computes.
final class ThreadsOption {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--threads",
      paramLabel = "N",
      showDefaultValue = Help.Visibility.NEVER,
      description = "Threads to compute with (default: one a processor, ${DEFAULT-VALUE}).")
  private int threads = Runtime.getRuntime().availableProcessors();

  /// The threads that were asked for.
  Workers workers() {
    if (threads < 1 || threads > 4096) {
      throw new ParameterException(
          command.commandLine(), "--threads: %d; 1 to 4096 fit".formatted(threads));
    }
    return Workers.of(threads);
  }
}
