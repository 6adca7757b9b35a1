package dev.heed.cli;

import dev.heed.kernel.Workers;
import dev.heed.model.EmbeddedModel;
import dev.heed.serve.Studio;
import dev.heed.serve.StudioSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `heed studio`: serves the page that looks inside a model.
@Command(
    name = "studio",
    description = {
      "Serves a page that looks inside a model: where its heads look, and what mattered.",
      "Prints the address to open in a browser; Ctrl-C ends it. Only this machine reaches it unless --host says otherwise."
    },
    showDefaultValues = true)
final class StudioCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      paramLabel = "FILE_OR_FOLDER",
      description =
          "A GGUF file, a Hugging Face folder, the folder of a training, or embedded, the model in the box.")
  private String model = EmbeddedModel.NAME;

  @Option(names = "--port", paramLabel = "P", description = "The port; 0 takes one that is free.")
  private int port = 7070;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "The address to listen at. Whoever reaches it may read every model that this user can read.")
  private String host = StudioSettings.LOOPBACK;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "A text that the model has not seen, or a folder of them: the page Calibration judges it on that, too.")
  private @Nullable Path data;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws InterruptedException {
    StudioSettings local = StudioSettings.loopback(port).withHost(host);
    StudioSettings settings = data == null ? local : local.withData(data);
    try (Workers workers = threads.workers();
        Interrupt interrupt = Interrupt.listen();
        Studio studio = Studio.start(model, settings, workers)) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(studio.address());
      out.flush();
      while (!interrupt.asked()) {
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
    return ExitCode.INTERRUPTED;
  }
}
