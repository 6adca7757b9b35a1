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
    footer = {
      "",
      "In bash and zsh: source <(heed completion bash), or zsh; in fish: heed completion fish | source"
    })
final class CompletionCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "One of: ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  enum Shell {
    BASH,
    ZSH,
    FISH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Override
  public void run() {
    CommandLine root = spec.commandLine().getParent();
    root.getOut()
        .print(
            switch (shell) {
              case BASH -> AutoComplete.bash("heed", root);
              // the same script: it loads the shell's own bashcompinit
              case ZSH -> "autoload -U +X compinit && compinit\n" + AutoComplete.bash("heed", root);
              case FISH -> FishCompletion.script(root);
            });
  }
}
