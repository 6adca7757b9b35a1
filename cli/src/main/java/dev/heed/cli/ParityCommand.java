package dev.heed.cli;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsFile;
import dev.heed.cli.ParityCase.Outcome;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.HeedException;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed parity`: compares models with the outputs of a reference implementation.
@Command(
    name = "parity",
    description = {
      "Compares models with the outputs of a reference implementation.",
      "A folder holds config.json, model.safetensors, expected.safetensors and reference.json.",
      "Logits are computed by the Reference and by the Tiled executor, hidden states and attention "
          + "maps by a trace, continuations through the cache.",
      "What holds none of these files is skipped with a notice."
    })
final class ParityCommand implements Callable<Integer> {
  private static final List<String> FILES =
      List.of("config.json", "expected.safetensors", "reference.json");

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FOLDER", arity = "1..*", description = "Folders to compare.")
  private List<Path> folders;

  @Option(
      names = "--allow-missing",
      description = "Outputs that Heed does not compute do not fail the run.")
  private boolean allowMissing;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws IOException {
    List<Path> references = references();
    List<ParityCase> all = new ArrayList<>();
    try (Workers workers = threads.workers()) {
      for (Path folder : references) {
        all.addAll(compare(folder, Run.inference(Kernels.best(), workers)));
      }
    }
    long passed = all.stream().filter(ParityCase::passed).count();
    long missing = all.stream().filter(ParityCase::missing).count();
    long unsupported = all.stream().filter(ParityCase::unsupported).count();
    long failed = all.size() - passed - missing - unsupported;
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "total %d passed %d failed %d missing %d unsupported %d%n",
        all.size(), passed, failed, missing, unsupported);
    boolean fine = !all.isEmpty() && failed == 0 && (missing == 0 || allowMissing);
    return fine ? ExitCode.DONE : ExitCode.CHECK_FAILED;
  }

  /// The folders of references among what was named, of which a shell may have added more.
  private List<Path> references() {
    List<Path> references = new ArrayList<>();
    PrintWriter err = spec.commandLine().getErr();
    for (Path folder : folders) {
      if (FILES.stream().anyMatch(file -> Files.isRegularFile(folder.resolve(file)))) {
        references.add(folder);
      } else if (Files.exists(folder) && folders.size() > 1) {
        err.println("heed: parity: %s is no reference folder; skipped".formatted(folder));
      } else {
        throw new CheckpointException(
            Files.exists(folder)
                ? absent(folder, FILES.getFirst())
                : "parity: %s: there is no such folder".formatted(folder));
      }
    }
    err.flush();
    return references;
  }

  private static String absent(Path folder, String file) {
    return "parity: %s has no %s; a reference folder holds config.json, model.safetensors or its shards, expected.safetensors and reference.json"
        .formatted(folder, file);
  }

  private List<ParityCase> compare(Path folder, Run run) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    List<ParityCase> cases = cases(folder, run);
    cases.forEach(one -> out.println(one.line(name)));
    return cases;
  }

  private static List<ParityCase> cases(Path folder, Run run) throws IOException {
    for (String file : FILES) {
      if (!Files.isRegularFile(folder.resolve(file))) {
        return List.of(new ParityCase("all", "-", new Outcome.Failed(absent(folder, file))));
      }
    }
    Json.Obj reference =
        Json.parseObject("reference.json", Files.readAllBytes(folder.resolve("reference.json")));
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
      String type = checkpoint.config().string("model_type");
      if (!LanguageModel.knows(type)) {
        Outcome outcome = new Outcome.Unsupported("architecture '%s'".formatted(type));
        return List.of(new ParityCase("all", "-", outcome));
      }
      return new ParityFolder(checkpoint, expected, reference, run).cases();
    } catch (HeedException e) {
      // one folder that cannot be loaded leaves the others to be compared
      return List.of(
          new ParityCase("all", "-", new Outcome.Failed(String.valueOf(e.getMessage()))));
    }
  }
}
