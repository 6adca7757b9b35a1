package dev.heed.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The completion script of [fish](https://fishshell.com/docs/current/cmds/complete.html): a line
/// for each command and each option, with what it does.
final class FishCompletion {
  private FishCompletion() {}

  static String script(CommandLine root) {
    String name = root.getCommandName();
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, CommandLine> one : root.getSubcommands().entrySet()) {
      CommandSpec command = one.getValue().getCommandSpec();
      if (command.usageMessage().hidden()) {
        continue;
      }
      lines.add(
          "complete -c %s -f -n __fish_use_subcommand -a %s -d %s"
              .formatted(name, one.getKey(), quoted(command.usageMessage().description())));
      for (OptionSpec option : command.options()) {
        lines.add(line(name, one.getKey(), option));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String line(String name, String command, OptionSpec option) {
    StringBuilder line =
        new StringBuilder(
            "complete -c %s -n '__fish_seen_subcommand_from %s'".formatted(name, command));
    for (String one : option.names()) {
      line.append(one.startsWith("--") ? " -l " + one.substring(2) : " -s " + one.substring(1));
    }
    List<String> words = new ArrayList<>();
    if (option.completionCandidates() != null) {
      option.completionCandidates().forEach(words::add);
    }
    if (!words.isEmpty()) {
      line.append(" -x -a '%s'".formatted(String.join(" ", words)));
    } else if (option.arity().max() > 0) {
      line.append(" -r");
    }
    return line.append(" -d ").append(quoted(option.description())).toString();
  }

  /// The first sentence, as the shell takes it.
  private static String quoted(String[] description) {
    String text =
        String.join(" ", description)
            .replaceFirst(" \\(default.*", "")
            .replaceFirst("[.:;]( .*|$)", "");
    return "'" + text.replaceAll("%n", " ").replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
