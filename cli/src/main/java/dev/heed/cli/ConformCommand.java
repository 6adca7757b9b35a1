package dev.heed.cli;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.cli.conform.Conformance;
import dev.heed.cli.conform.Verdict;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed conform`: runs calls that others computed.
@Command(
    name = "conform",
    description = {
      "Runs attention calls and ONNX operators that others computed, and compares.",
      "A file is a safetensors file with one call: its header says the attention ('spec') or the "
          + "ONNX operator ('op'), its tensors are inputs and outputs.",
      "Every executor that claims to support a call computes it. A call that Heed cannot express "
          + "is counted as unsupported, which alone does not fail the run."
    })
final class ConformCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE_OR_FOLDER",
      arity = "1..*",
      description = "Files of one call each, or folders of them.")
  private List<Path> paths;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws IOException {
    List<Path> files = files();
    PrintWriter out = spec.commandLine().getOut();
    int passed = 0;
    int unsupported = 0;
    try (Workers workers = threads.workers()) {
      for (Path file : files) {
        Verdict verdict = Conformance.run(file, Run.inference(Kernels.best(), workers));
        out.println(verdict.line(Conformance.name(file)));
        out.flush();
        passed += verdict.passed() ? 1 : 0;
        unsupported += verdict.unsupported() ? 1 : 0;
      }
    }
    int failed = files.size() - passed - unsupported;
    out.printf(
        "total %d passed %d failed %d missing 0 unsupported %d%n",
        files.size(), passed, failed, unsupported);
    return failed == 0 && !files.isEmpty() ? ExitCode.DONE : ExitCode.CHECK_FAILED;
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path path : paths) {
      if (!Files.exists(path)) {
        throw new CheckpointException(
            "conform: %s: there is no such file or folder".formatted(path));
      }
      files.addAll(Conformance.files(path));
    }
    return files;
  }
}
