package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.report.TrainingReporter;
import dev.heed.train.Trainer.End;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingRun;
import dev.heed.train.TrainingRun.Beginning;
import dev.heed.train.TrainingRun.Request;
import dev.heed.train.TrainingSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed train`: trains a model from a text.
@Command(
    name = "train",
    description = {
      "Trains a language model on texts; nine tenths are learned from, the rest validates.",
      "The folder holds the best model so far, in the layout of Hugging Face, and checkpoints. Ctrl-C saves and ends; --resume goes on, bit for bit as if nothing had happened."
    })
final class TrainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "A text file, a folder of them, or a file of tokens; may be left out with --resume.")
  private @Nullable Path data;

  @Option(names = "--out", paramLabel = "FOLDER", description = "The folder of the training.")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      description = "Goes on with the training in the folder, or begins where there is none.")
  private boolean resume;

  @Option(names = "--show", description = "Prints all settings as JSON, and trains nothing.")
  private boolean show;

  @Option(
      names = "--recompute",
      description =
          "Keeps the results of whole blocks alone and computes the rest once more on the way back: less memory, about a third more time, the same bits.")
  private boolean recompute;

  @Mixin private TrainOptions options;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    if (show) {
      spec.commandLine().getOut().println(TrainingSettings.of(options.stated(false)).json());
      return ExitCode.DONE;
    }
    if (out == null) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--out=FOLDER'");
    }
    boolean goesOn = resume && TrainingRun.isOne(out);
    if (data == null && resume && !goesOn) {
      throw new ParameterException(
          spec.commandLine(),
          "%s holds no training to resume; another --out, or --data for a new training, would fit"
              .formatted(out));
    }
    if (data == null && !goesOn) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--data=PATH'");
    }
    Json.Obj stated = options.stated(goesOn);
    Request request =
        new Request(
            out,
            Optional.ofNullable(data),
            stated,
            resume ? Beginning.NEW_OR_RESUMED : Beginning.NEW,
            Version.text());
    try (TrainingRun training = TrainingRun.open(request);
        Workers workers = threads.workers();
        Interrupt interrupt = Interrupt.listen()) {
      Run plain = Run.inference(Kernels.best(), workers);
      Run run = recompute ? plain.recomputing() : plain;
      TrainingDisplay display =
          new TrainingDisplay(spec.commandLine().getErr(), training.settings().amount().steps());
      display.begin(training.size(), training.settings());
      training.lengthening().ifPresent(display::lengthened);
      Outcome outcome;
      try (TrainingReporter reporter = new TrainingReporter(out, display, run)) {
        outcome = training.train(reporter, interrupt::asked, run);
      }
      display.end(outcome, out);
      return outcome.end() == End.STOPPED ? ExitCode.INTERRUPTED : ExitCode.DONE;
    }
  }
}
