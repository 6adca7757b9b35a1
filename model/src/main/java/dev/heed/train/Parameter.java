package dev.heed.train;

import dev.heed.tensor.Weight;

/// A weight of a model that training may change.
///
/// @param key tells it from every other parameter of the model: its name, and a number after it
///   where a checkpoint stores several weights as one
/// @param weight an array weight, changed in place
/// @param offset what the weight holds more than its checkpoint: gains of Gemma, stored less one
public record Parameter(String key, Weight weight, Role role, float offset) {
  /// What a parameter does, which decides what optimisers do with it.
  public enum Role {
    /// A row a token or position, and the head.
    TABLE,
    /// Of a linear layer inside a block, `[out, in]`.
    MATRIX,
    /// A gain or a bias.
    VECTOR,
    /// Belongs to the checkpoint and is never changed: a bias of a model that has none.
    FIXED
  }

  /// The name of the tensor in a checkpoint of which this is the whole or a part.
  public String name() {
    return weight.name();
  }

  /// The numbers, changed by training.
  public float[] numbers() {
    return weight
        .array()
        .orElseThrow(() ->
            new TrainingException(
                "parameter '%s': %s is read in place; a weight in an array can be trained"
                    .formatted(key, weight)));
  }

  public int size() {
    return numbers().length;
  }
}
