package dev.heed.train;

import dev.heed.checkpoint.Checkpoint;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.Decoder;
import dev.heed.model.LanguageModel;
import dev.heed.tensor.Weight;
import java.util.Map;
import java.util.TreeMap;

/// Reads models into memory, where they can be trained.
public final class TrainableModel {
  private TrainableModel() {}

  /// The decoder of a Hugging Face folder, every weight an array of its own; the checkpoint may be
  /// closed afterwards.
  public static Decoder of(Checkpoint checkpoint) {
    if (checkpoint.gguf().isPresent()) {
      throw new TrainingException(
          "train: %s is a GGUF file; a Hugging Face folder can be trained"
              .formatted(checkpoint.path()));
    }
    Map<String, Weight> arrays = new TreeMap<>();
    checkpoint
        .tensors()
        .keySet()
        .forEach(name -> {
          Weight stored = checkpoint.weight(name);
          arrays.put(name, Weight.of(name, stored.toFloats(), stored.shape().toArray()));
        });
    String source = String.valueOf(checkpoint.path().getFileName());
    return LanguageModel.decoder(new Settings(checkpoint.config()), Weights.of(arrays), source);
  }
}
