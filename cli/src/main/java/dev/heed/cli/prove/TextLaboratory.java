package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.data.Corpus;
import dev.heed.data.Split;
import dev.heed.data.TokenData;
import dev.heed.evaluate.Evaluator;
import dev.heed.grad.Run;
import dev.heed.model.LanguageModel;
import dev.heed.train.StepReport;
import dev.heed.train.Trainer.End;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingRun;
import dev.heed.train.TrainingRun.Beginning;
import dev.heed.train.TrainingRun.Request;
import dev.heed.train.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Learns a text as `heed train` does, in a folder that is deleted afterwards, and measures the
/// model on the tenth that it did not learn, in windows of the lengths that the proof states.
///
/// @param proof its file
record TextLaboratory(Json.Obj proof, Path data) implements Laboratory {
  @Override
  public Map<String, Double> measure(
      TrainingSettings settings,
      Path folder,
      TrainingObserver observer,
      BooleanSupplier stop,
      Run run) {
    try {
      Path passing = Files.createTempDirectory("heed-prove");
      try {
        return measured(passing.resolve("run"), settings, observer, stop, run);
      } finally {
        delete(passing);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Double> measured(
      Path folder,
      TrainingSettings settings,
      TrainingObserver observer,
      BooleanSupplier stop,
      Run run) {
    Request request =
        new Request(folder, Optional.of(data), settings.json(), Beginning.NEW, "heed prove");
    Last last = new Last(observer);
    Map<String, Double> figures = new LinkedHashMap<>();
    Outcome outcome;
    try (TrainingRun training = TrainingRun.open(request)) {
      outcome = training.train(last, stop, run);
      figures.put("parameters", (double) training.size());
    }
    figures.put("steps", (double) outcome.step());
    figures.put("seconds", last.seconds);
    if (outcome.end() == End.STOPPED) {
      return figures;
    }
    try (LanguageModel model = LanguageModel.open(folder)) {
      Corpus unseen = Corpus.read(data).split(Split.VALIDATION);
      TokenData tokens = TokenData.encode(unseen, model.tokenizer());
      for (int length : proof.list("lengths").integers()) {
        Evaluator evaluator = new Evaluator(model.decoder(), length, OptionalInt.empty());
        figures.put("loss at " + length, evaluator.evaluate(tokens, run).mean());
      }
    }
    return figures;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    }
  }

  /// Remembers how long the training took.
  private static final class Last implements TrainingObserver {
    private final TrainingObserver inner;
    private double seconds;

    Last(TrainingObserver inner) {
      this.inner = inner;
    }

    @Override
    public void stepped(StepReport report) {
      inner.stepped(report);
      seconds = report.seconds();
    }
  }
}
