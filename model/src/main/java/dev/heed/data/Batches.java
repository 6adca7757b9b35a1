package dev.heed.data;

/// The batches of a training, by the number of their step: a pure function, so that a training that
/// is resumed needs to remember the step alone. Any number of threads may ask at once.
@FunctionalInterface
public interface Batches {
  /// The batch of a step.
  ///
  /// @param step from 0
  Batch batch(long step);
}
