package dev.heed.train;

import java.nio.file.Path;

/// Is told how a training goes, in the thread that trains.
public interface TrainingObserver {
  /// Sees nothing.
  TrainingObserver NONE = new TrainingObserver() {};

  /// The training goes on from a checkpoint.
  default void resumed(Path checkpoint, long step) {}

  /// A step is done.
  default void stepped(StepReport report) {}

  /// A checkpoint is whole on the disk; `log.jsonl` holds every step up to it.
  default void saved(Path checkpoint, long step) {}
}
