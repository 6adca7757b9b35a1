package dev.heed.train;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Json;
import dev.heed.data.TokenData;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.text.Tokenizer;
import dev.heed.train.Trainer.Outcome;
import dev.heed.train.TrainingData.Parts;
import dev.heed.train.TrainingSettings.Amount;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// A training from its data to its folder: begun, or resumed from its last checkpoint.
///
/// Use it in one thread and close it: it holds the folder.
public final class TrainingRun implements AutoCloseable {
  /// Streams of the seed.
  private static final int WEIGHTS = 1;

  private static final int BATCHES = 2;

  private final RunFolder folder;
  private final TrainingData data;
  private final TrainingSettings settings;
  private final Optional<Lengthening> lengthening;
  private final CheckpointStore store;
  private final Trainer trainer;
  private final List<Parameter> parameters;

  /// What is asked for.
  ///
  /// @param folder of the run
  /// @param data a text file, a folder of them, or a file of tokens; may be left out where a run is
  ///   resumed
  /// @param settings all that are stated
  /// @param beginning whether a run that has begun already may go on
  /// @param version of the code, for the provenance
  public record Request(
      Path folder, Optional<Path> data, Json.Obj settings, Beginning beginning, String version) {}

  /// Whether a folder may hold a run already.
  public enum Beginning {
    NEW,
    NEW_OR_RESUMED
  }

  /// A training that is to take more steps than it began with.
  ///
  /// Its schedule is that of `steps` from here on, as if there had never been fewer; what was
  /// learned before was learned at the rates of `before` steps. So its weights are not those of as
  /// many steps at one go, unless the schedule does not depend on them.
  public record Lengthening(int before, int steps) {}

  private TrainingRun(
      RunFolder folder, TrainingData data, Optional<Json.Obj> begun, Request request) {
    this.folder = folder;
    this.data = data;
    TrainingSettings asked = settings(request, begun);
    if (begun.isEmpty()) {
      data.saveTokenizer(asked.model().tokenizer(), folder.path());
    }
    Tokenizer tokenizer = TrainingTokenizer.load(folder.path());
    Parts parts = data.parts(tokenizer);
    requireSame(parts.origin(), begun);
    settings = asked.over(parts.train());
    lengthening = begun.flatMap(run -> lengthening(run, settings));
    Optional<Checkpoint> from =
        settings
            .model()
            .from()
            .filter(_ -> folder.checkpoints().isEmpty())
            .map(path -> Checkpoint.open(Path.of(path)));
    Json.Obj config =
        begun.isPresent()
            ? RunFolder.read(folder.path().resolve("config.json"))
            : ModelConfig.of(settings, tokenizer, from.map(Checkpoint::config));
    parts.train().within(config.integer("vocab_size"));
    CounterRandom random = CounterRandom.of(settings.seed());
    Decoder decoder = decoder(config, from, random);
    from.ifPresent(Checkpoint::close);
    parameters = Parameters.of(decoder, config);
    List<Parameter> trained = Parameters.trained(parameters);
    Optimizer optimizer = settings.learning().optimizer().create(trained);
    Json.Obj origin = Provenance.of(request.version(), settings, parts.origin());
    store = new CheckpointStore(folder, config, parameters, optimizer, origin);
    Amount amount = settings.amount();
    trainer =
        new Trainer(
            settings,
            new Trainer.Subject(decoder, trained, optimizer),
            amount.reading().batches(parts.train(), amount, random.stream(BATCHES)),
            validation(parts.validation()),
            Optional.of(store));
    if (begun.isEmpty()) {
      RunFolder.write(folder.path().resolve("config.json"), config);
    }
    if (begun.isEmpty() || lengthening.isPresent()) {
      folder.begin(Json.object().with("settings", settings.json()).with("data", parts.origin()));
    }
  }

  private Decoder decoder(Json.Obj config, Optional<Checkpoint> from, CounterRandom random) {
    Decoder decoder =
        from.isPresent()
            ? TrainableModel.of(from.get())
            : NewWeights.random(config, random.stream(WEIGHTS));
    return settings.learning().regularization().dropout().in(decoder);
  }

  private Validation validation(TokenData data) {
    TrainingSettings.Watch watch = settings.watch();
    int context = settings.amount().batch().length();
    Validation validation = new Validation(data, context, watch.tokens());
    if (watch.evaluate() > 0 && validation.isEmpty()) {
      throw new TrainingException(
          "train: the last tenth of the data has %d tokens, too few to validate with; more text fits, or watch.evaluate 0"
              .formatted(data.size()));
    }
    return validation;
  }

  /// Takes the folder and prepares everything; nothing is computed yet.
  public static TrainingRun open(Request request) {
    RunFolder folder = RunFolder.open(request.folder());
    try {
      Optional<Json.Obj> begun = folder.begun();
      return open(folder, TrainingData.open(dataPath(request, begun)), begun, request);
    } catch (RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  private static TrainingRun open(
      RunFolder folder, TrainingData data, Optional<Json.Obj> begun, Request request) {
    try {
      return new TrainingRun(folder, data, begun, request);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  private static TrainingSettings settings(Request request, Optional<Json.Obj> begun) {
    if (begun.isEmpty()) {
      return TrainingSettings.of(request.settings());
    }
    if (request.beginning() == Beginning.NEW) {
      throw new TrainingException(
          "train: %s holds a training already; --resume goes on with it, another folder begins one"
              .formatted(request.folder()));
    }
    Json.Obj recorded = begun.get().object("settings");
    TrainingSettings before = TrainingSettings.of(recorded);
    TrainingSettings asked =
        TrainingSettings.of(Overlay.of(recorded, request.settings()).called("settings"))
            .resuming(before);
    Overlay.difference(before.withSteps(asked.amount().steps()).json(), asked.json())
        .ifPresent(path -> {
          throw new TrainingException(
              "train: %s differs from what the training in %s began with; only steps may change, to more; a training of its own may begin with this model, by the setting 'from'"
                  .formatted(path, request.folder()));
        });
    if (asked.amount().steps() < before.amount().steps()) {
      throw new TrainingException(
          "train: %d steps are fewer than the %d of the training in %s; more would fit"
              .formatted(asked.amount().steps(), before.amount().steps(), request.folder()));
    }
    return asked;
  }

  private static Optional<Lengthening> lengthening(Json.Obj begun, TrainingSettings settings) {
    int before = begun.object("settings").integer("steps");
    int steps = settings.amount().steps();
    return steps > before ? Optional.of(new Lengthening(before, steps)) : Optional.empty();
  }

  private static Path dataPath(Request request, Optional<Json.Obj> begun) {
    return request
        .data()
        .or(() -> begun.map(run -> Path.of(run.object("data").string("path"))))
        .orElseThrow(
            () -> new TrainingException("train: no data is named; a text file or a folder fits"));
  }

  private static void requireSame(Json.Obj data, Optional<Json.Obj> begun) {
    String before = begun.map(run -> run.object("data").string("sha256")).orElse("");
    if (begun.isPresent() && !before.equals(data.string("sha256"))) {
      throw new TrainingException(
          "train: %s is not the data that the training began with: its SHA-256 is %s, was %s"
              .formatted(data.string("path"), data.string("sha256"), before));
    }
  }

  public TrainingSettings settings() {
    return settings;
  }

  /// Whether and by how much the training is made longer than it was.
  public Optional<Lengthening> lengthening() {
    return lengthening;
  }

  /// The numbers that are trained, once each.
  public long size() {
    return Parameters.size(Parameters.trained(parameters));
  }

  /// Trains to the end, or until `stop` says so, from the last checkpoint where there is one.
  public Outcome train(TrainingObserver observer, BooleanSupplier stop, Run run) {
    Optional<Progress> resumed = store.restore();
    Progress start = resumed.orElse(Progress.START);
    if (resumed.isPresent()) {
      observer.resumed(folder.checkpoint(start.step()), start.step());
    }
    try (RunLog log = new RunLog(folder.log(), start.logBytes())) {
      return trainer.train(start, Optional.of(log), observer, stop, run);
    }
  }

  /// Whether a folder looks like one of a run.
  public static boolean isOne(Path folder) {
    return Files.exists(folder.resolve("run.json"));
  }

  @Override
  public void close() {
    data.close();
    folder.close();
  }
}
