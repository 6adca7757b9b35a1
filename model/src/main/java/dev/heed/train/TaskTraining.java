package dev.heed.train;

import dev.heed.checkpoint.Json;
import dev.heed.data.Batches;
import dev.heed.data.TokenData;
import dev.heed.grad.Run;
import dev.heed.model.Decoder;
import dev.heed.tensor.CounterRandom;
import dev.heed.train.Trainer.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The training of a new model on batches that a program makes, in memory: a task whose tokens are
/// numbers and not text. It trains as [TrainingRun] does, in the same steps.
public final class TaskTraining {
  /// Streams of the seed, those of [TrainingRun].
  private static final int WEIGHTS = 1;

  private static final int BATCHES = 2;

  private final Json.Obj config;
  private final Decoder decoder;
  private final List<Parameter> parameters;
  private final Trainer trainer;

  /// @param settings whose model states its vocabulary and its positions
  /// @param batches of the shape that the settings state, from a generator
  public TaskTraining(TrainingSettings settings, Function<CounterRandom, Batches> batches) {
    this(settings, batches, UnaryOperator.identity());
  }

  /// @param settings whose model states its vocabulary and its positions
  /// @param batches of the shape that the settings state, from a generator
  /// @param change of the model before it is trained, which leaves its weights alone
  public TaskTraining(
      TrainingSettings settings,
      Function<CounterRandom, Batches> batches,
      UnaryOperator<Decoder> change) {
    CounterRandom random = CounterRandom.of(settings.seed());
    config = settings.model().config();
    decoder =
        change.apply(
            settings
                .learning()
                .regularization()
                .dropout()
                .in(NewWeights.random(config, random.stream(WEIGHTS))));
    parameters = Parameters.of(decoder, config);
    List<Parameter> trained = Parameters.trained(parameters);
    trainer =
        new Trainer(
            settings,
            new Trainer.Subject(decoder, trained, settings.learning().optimizer().create(trained)),
            batches.apply(random.stream(BATCHES)),
            new Validation(TokenData.of(), 1, 0),
            Optional.empty());
  }

  /// The model, changed in place while it is trained.
  public Decoder decoder() {
    return decoder;
  }

  /// The numbers that are trained, once each.
  public long size() {
    return Parameters.size(Parameters.trained(parameters));
  }

  /// Trains to the end, or until `stop` says so before a step.
  public Outcome train(TrainingObserver observer, BooleanSupplier stop, Run run) {
    return trainer.train(Progress.START, Optional.empty(), observer, stop, run);
  }

  /// Makes a folder of `config.json` and `model.safetensors` appear whole, in place of one that may
  /// be there.
  public void checkpoint(Path folder) {
    try {
      if (Files.exists(folder)) {
        Folders.delete(folder);
      }
      Folders.write(folder, this::save);
    } catch (IOException e) {
      throw new TrainingException("train: %s cannot be written: %s".formatted(folder, e), e);
    }
  }

  /// Writes `config.json` and `model.safetensors` into a folder that is there.
  public void save(Path folder) {
    DecoderWriter.write(decoder, config, folder);
  }
}
