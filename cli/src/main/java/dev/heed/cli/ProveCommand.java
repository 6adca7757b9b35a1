package dev.heed.cli;

import dev.heed.cli.prove.Proof;
import dev.heed.cli.prove.Verification;
import dev.heed.cli.prove.Verification.Request;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed prove`: claims about attention, shown by training small models.
@Command(
    name = "prove",
    description = {
      "Trains small models that show a claim about attention, and prints the figure that was "
          + "expected beside the one that came out.",
      "Without a name it lists the claims. Settings and figures go to a file; a training that stands in it is not done again."
    })
final class ProveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "Of the claim: recall, induction, rollout, normalizers or lengths.")
  private @Nullable String name;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "A text file, for the claims about language models.")
  private @Nullable Path data;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "One seed, instead of those of the claim.")
  private @Nullable Long seed;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the variants with this text in their name.")
  private @Nullable String only;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Settings and figures in JSON (default: proof-NAME.json).")
  private @Nullable Path file;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (name == null) {
      for (Proof proof : Proof.all()) {
        out.printf("%-12s %s%n", proof.name(), proof.claim());
      }
      return ExitCode.DONE;
    }
    Proof proof = Proof.named(name);
    if (proof.readsText() && data == null) {
      throw new ParameterException(
          spec.commandLine(),
          "the claim '%s' is about language models: --data names a text".formatted(name));
    }
    if (!proof.readsText() && data != null) {
      throw new ParameterException(
          spec.commandLine(), "the claim '%s' reads no text; leave --data out".formatted(name));
    }
    Request request =
        new Request(
            proof,
            Optional.ofNullable(data),
            file == null ? Path.of("proof-%s.json".formatted(name)) : file,
            Optional.ofNullable(only),
            seed == null ? OptionalLong.empty() : OptionalLong.of(seed));
    try (Workers workers = threads.workers();
        Interrupt interrupt = Interrupt.listen()) {
      Run run = Run.inference(Kernels.best(), workers);
      boolean holds =
          new Verification(request, out)
              .holds(
                  settings ->
                      new TrainingDisplay(spec.commandLine().getErr(), settings.amount().steps()),
                  interrupt::asked,
                  run);
      if (interrupt.asked()) {
        return ExitCode.INTERRUPTED;
      }
      return holds ? ExitCode.DONE : ExitCode.CHECK_FAILED;
    }
  }
}
