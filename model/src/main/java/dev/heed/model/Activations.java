package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Settings;
import dev.heed.grad.Activation;

/// The names that Hugging Face configurations give to activations.
final class Activations {
  private Activations() {}

  /// The activation that `key` names, or else `usual`.
  static Activation of(Settings config, String key, String usual) {
    String name = config.string(key, usual);
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu", "gelu_python" -> Activation.GELU_ERF;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate" -> Activation.GELU_TANH;
      case "relu" -> Activation.RELU;
      case "tanh" -> Activation.TANH;
      default ->
          throw new CheckpointException(
              "config: %s is '%s', which is not known; silu, gelu, gelu_new, gelu_pytorch_tanh, relu, tanh are"
                  .formatted(key, name));
    };
  }
}
