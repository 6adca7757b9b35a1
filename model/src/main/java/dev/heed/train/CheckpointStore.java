package dev.heed.train;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.SafetensorsWriter;
import dev.heed.checkpoint.Weights;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes and reads checkpoints: a model in Hugging Face layout, the optimiser's memory beside it,
/// and `provenance.json`, which says where all of it comes from.
final class CheckpointStore {
  static final String MODEL = "model.safetensors";
  static final String PROVENANCE = "provenance.json";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final List<String> COPIED =
      List.of("config.json", "tokenizer.json", "tokenizer_config.json");

  /// Weights whose stored form loses bits are stored once more as they are.
  private static final String EXACT = "exact.";

  private final RunFolder folder;
  private final Json.Obj config;
  private final List<Parameter> parameters;
  private final Optimizer optimizer;
  private final Json.Obj origin;

  /// @param origin what provenance says beside the progress
  CheckpointStore(
      RunFolder folder,
      Json.Obj config,
      List<Parameter> parameters,
      Optimizer optimizer,
      Json.Obj origin) {
    this.folder = folder;
    this.config = config;
    this.parameters = parameters;
    this.optimizer = optimizer;
    this.origin = origin;
  }

  /// The last checkpoint, as an error names it.
  String lastGood() {
    return folder.lastGood();
  }

  /// Writes a checkpoint, makes it the folder's model unless an earlier one is better, and forgets
  /// those that nobody needs.
  Path write(Progress progress) {
    Path checkpoint = folder.checkpoint(progress.step());
    try {
      if (!Files.exists(checkpoint)) {
        Folders.write(checkpoint, filling -> fill(filling, progress));
      }
      if (progress.best().isEmpty() || progress.isBest()) {
        folder.publish(checkpoint);
      }
      folder.prune(progress.best());
      return checkpoint;
    } catch (IOException | CheckpointException e) {
      throw new TrainingException(
          "train: the checkpoint of step %d cannot be written: %s; %s"
              .formatted(progress.step(), e.getMessage(), folder.lastGood()),
          e);
    }
  }

  private void fill(Path filling, Progress progress) throws IOException {
    for (String name : COPIED) {
      Path file = folder.path().resolve(name);
      if (Files.exists(file)) {
        Folders.publish(file, filling.resolve(name));
      }
    }
    SafetensorsWriter.write(
        filling.resolve(MODEL), StoredForm.of(parameters, config), Map.of("format", "pt"));
    SafetensorsWriter.write(filling.resolve(OPTIMIZER), memory(), Map.of());
    Json.Obj sums =
        Json.object()
            .with(MODEL, Folders.checksum(filling.resolve(MODEL)))
            .with(OPTIMIZER, Folders.checksum(filling.resolve(OPTIMIZER)));
    RunFolder.write(
        filling.resolve(PROVENANCE), origin.with("progress", progress.json()).with("files", sums));
  }

  private Map<String, Weight> memory() {
    Map<String, Weight> memory = new LinkedHashMap<>(optimizer.state());
    parameters.stream()
        .filter(parameter -> parameter.offset() != 0)
        .forEach(parameter -> memory.put(EXACT + parameter.key(), parameter.weight()));
    return memory;
  }

  /// Goes on from the last checkpoint, if there is one: changes the parameters and the optimiser.
  Optional<Progress> restore() {
    List<Path> all = folder.checkpoints();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(restore(all.getLast()));
    } catch (IOException | CheckpointException e) {
      String other =
          all.size() > 1
              ? "delete its folder to go on from " + all.get(all.size() - 2).getFileName()
              : "delete its folder to begin anew";
      throw new TrainingException(
          "train: the checkpoint %s cannot be used: %s; %s"
              .formatted(all.getLast(), e.getMessage(), other),
          e);
    }
  }

  private Progress restore(Path checkpoint) throws IOException {
    Json.Obj provenance = RunFolder.read(checkpoint.resolve(PROVENANCE));
    Json.Obj sums = provenance.object("files");
    for (String name : List.of(MODEL, OPTIMIZER)) {
      String sum = Folders.checksum(checkpoint.resolve(name));
      if (!sum.equals(sums.string(name))) {
        throw new CheckpointException(
            "%s is damaged: its sum is %s, was %s when it was written"
                .formatted(name, sum, sums.string(name)));
      }
    }
    try (Checkpoint model = Checkpoint.open(checkpoint);
        Checkpoint memory = Checkpoint.open(checkpoint.resolve(OPTIMIZER))) {
      List<Parameter> stored = Parameters.of(TrainableModel.of(model), config);
      for (int i = 0; i < parameters.size(); i++) {
        copy(stored.get(i).weight(), parameters.get(i).weight());
      }
      memory().forEach((name, into) -> copy(weight(memory.weights(), name, into), into));
    }
    return Progress.of(provenance.object("progress"));
  }

  private static Weight weight(Weights memory, String name, Weight like) {
    return memory.get(name, like.shape().toArray());
  }

  private static void copy(Weight from, Weight into) {
    if (!from.shape().equals(into.shape())) {
      throw new CheckpointException(
          "'%s' is %s, should be %s".formatted(from.name(), from.shape(), into.shape()));
    }
    float[] to = into.array().orElseThrow();
    System.arraycopy(from.toFloats(), 0, to, 0, to.length);
  }
}
