package dev.heed.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The root of the `heed` command.
@Command(
    name = "heed",
    description = "A transformer toolkit in plain Java: runs attention models and looks inside.",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    subcommands = {
      GenerateCommand.class,
      StudioCommand.class,
      TrainCommand.class,
      TokensCommand.class,
      InfoCommand.class,
      EvalCommand.class,
      ReportCommand.class,
      PatchCommand.class,
      AttendCommand.class,
      VariantsCommand.class,
      LookCommand.class,
      HeadsCommand.class,
      PruneCommand.class,
      FaithfulCommand.class,
      ProveCommand.class,
      ParityCommand.class,
      ConformCommand.class,
      DoctorCommand.class,
      GradCheckCommand.class,
      BenchCommand.class,
      CompletionCommand.class,
      WarmUpCommand.class,
    },
    footer = {
      "",
      "Results go to standard output, everything else to standard error.",
      "Exit codes: 0 done, 1 a check failed, 2 wrong usage, 3 bad input, 4 our fault,",
      "            69 no JDK 25, 130 interrupted."
    })
public final class Heed implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  @SuppressWarnings("unused")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  @SuppressWarnings("unused")
  private boolean version;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Shows stack traces; so does the environment variable HEED_DEBUG.")
  private boolean verbose;

  private Heed() {}

  /// Runs the command and ends the JVM with its exit code.
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(new ResultWriter(new FileOutputStream(FileDescriptor.out)));
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(out, err, args);
    err.flush();
    System.exit(code);
  }

  /// Runs the command with its results in `out` and everything else in `err`.
  ///
  /// @return the exit code
  static int run(PrintWriter out, PrintWriter err, String... args) {
    Heed heed = new Heed();
    CommandLine commandLine = heed.commandLine(out, err);
    try {
      int code = commandLine.execute(args);
      out.flush();
      return code;
    } catch (RuntimeException | Error thrown) {
      return heed.report(thrown, err);
    }
  }

  private CommandLine commandLine(PrintWriter out, PrintWriter err) {
    CommandLine line = new CommandLine(this);
    Objects.requireNonNull(line.getSubcommands().get("train"))
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_FOOTER, _ -> PresetTable.text());
    return OptionValues.register(line)
        .setOut(out)
        .setErr(err)
        .setParameterExceptionHandler(Heed::wrongUsage)
        .setExecutionStrategy(parsed -> execute(parsed, err));
  }

  private int execute(ParseResult parsed, PrintWriter err) {
    try {
      return new RunLast().execute(parsed);
    } catch (ParameterException wrong) {
      throw wrong;
    } catch (ExecutionException wrapped) {
      return report(Objects.requireNonNullElse(wrapped.getCause(), wrapped), err);
    } catch (RuntimeException | Error thrown) {
      return report(thrown, err);
    }
  }

  private static int wrongUsage(ParameterException thrown, String[] args) {
    CommandLine command = thrown.getCommandLine();
    ParameterException wrong =
        thrown instanceof MissingParameterException ? misspelled(thrown, args) : thrown;
    PrintWriter err = command.getErr();
    err.println("heed: " + wrong.getMessage());
    if (command.getParent() == null && args.length == 0) {
      command.usage(err);
    } else {
      UnmatchedArgumentException.printSuggestions(wrong, err);
      err.println("Try: %s --help".formatted(command.getCommandSpec().qualifiedName()));
    }
    err.flush();
    return ExitCode.USAGE;
  }

  /// What is missing may only be misspelled; then that is the mistake to name.
  private static ParameterException misspelled(ParameterException missing, String[] args) {
    CommandLine command = missing.getCommandLine();
    return Arrays.stream(args)
        .takeWhile(argument -> !argument.equals("--"))
        .filter(argument -> argument.startsWith("--"))
        .map(argument -> argument.replaceFirst("=.*", ""))
        .filter(name -> command.getCommandSpec().findOption(name) == null)
        .findFirst()
        .<ParameterException>map(name -> new UnmatchedArgumentException(command, List.of(name)))
        .orElse(missing);
  }

  private int report(Throwable thrown, PrintWriter err) {
    return new Failures(err).report(thrown, verbose || System.getenv("HEED_DEBUG") != null);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }
}
