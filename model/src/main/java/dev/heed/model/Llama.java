package dev.heed.model;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Llama 1 to 3, [Touvron et al. 2023](https://arxiv.org/abs/2302.13971): RMS norm, rotary
/// positions, gated feed-forward, grouped queries.
final class Llama implements Architecture {
  private static final Json.Obj DEFAULTS = Json.object().with("max_position_embeddings", 2048);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    LlamaParts parts = new LlamaParts(config, weights);
    Biases biases = Biases.stated(config, "attention_bias");
    Biases inner = Biases.stated(config, "mlp_bias");
    Activation activation = Activations.of(config, "hidden_act", "silu");
    return parts.decoder(i ->
        parts.block(
            i,
            parts.attention(i, LlamaParts.causal(Optional.empty()), biases),
            parts.feedForward(i, activation, inner)));
  }
}
