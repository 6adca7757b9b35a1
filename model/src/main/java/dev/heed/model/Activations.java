package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.grad.Activation;

/// The names that Hugging Face configurations give to activations.
final class Activations {
  private Activations() {}

  static Activation named(String name) {
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu" -> Activation.GELU_ERF;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      default ->
          throw new CheckpointException(
              "config: activation '%s' is not known; silu, gelu, gelu_new, gelu_pytorch_tanh, relu are"
                  .formatted(name));
    };
  }
}
