package dev.heed.cli.prove;

import dev.heed.checkpoint.Json;
import dev.heed.grad.Run;
import dev.heed.train.TrainingObserver;
import dev.heed.train.TrainingSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Trains a variant and measures what became of it.
sealed interface Laboratory permits TaskLaboratory, TextLaboratory {
  /// The figures, by their names.
  ///
  /// @param folder in which the training may leave what is worth to be looked at
  /// @param stop whether to give up
  Map<String, Double> measure(
      TrainingSettings settings,
      Path folder,
      TrainingObserver observer,
      BooleanSupplier stop,
      Run run);

  static Laboratory of(Proof proof, Optional<Path> data) {
    Optional<Json.Obj> task = proof.json().optionalObject("task");
    return task.isPresent()
        ? new TaskLaboratory(task.get())
        : new TextLaboratory(proof.json(), data.orElseThrow());
  }
}
