package dev.heed.cli;

import dev.heed.checkpoint.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed info`: what a checkpoint is, without loading its weights.
@Command(
    name = "info",
    description = "Describes a model or a file of tensors without loading the weights.",
    footer = {"", "A file that is broken ends in exit code 3 and a line that says what is wrong."})
final class InfoCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE_OR_FOLDER",
      description = "A Hugging Face folder, a GGUF file, a safetensors file, or embedded.")
  private Path path;

  @Option(names = "--tensors", description = "Lists every tensor, not one line for each group.")
  private boolean everyTensor;

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Positions to count memory for (default: the model's context).")
  private @Nullable Integer context;

  @Override
  public void run() {
    if (context != null && context < 1) {
      throw new ParameterException(
          spec.commandLine(), "--context is %d, should be at least 1".formatted(context));
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Checkpoint checkpoint = Models.checkpoint(path)) {
      InfoReport info = InfoReport.of(path, checkpoint, context == null ? 0 : context);
      if (json) {
        out.println(everyTensor ? info.json().with("tensors", info.allTensors()) : info.json());
      } else {
        info.lines().forEach(out::println);
        (everyTensor ? info.tensorLines() : info.groupLines()).forEach(out::println);
      }
    }
  }
}
