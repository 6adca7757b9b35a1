package dev.heed.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed completion`: the script that lets a shell complete commands and options.
@Command(
    name = "completion",
    description = "Prints the completion script of a shell.",
    footer = {"", "To try it: source <(heed completion bash)"})
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void run() {
    CommandLine root = spec.commandLine().getParent();
    String script = AutoComplete.bash("heed", root);
    String start =
        switch (shell) {
          case BASH -> "";
          case ZSH -> "autoload -U +X compinit && compinit\n";
        };
    root.getOut().print(start + script);
  }
}
