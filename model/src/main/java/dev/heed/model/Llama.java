package dev.heed.model;

import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Llama 1 to 3, [Touvron et al. 2023](https://arxiv.org/abs/2302.13971): RMS norm, rotary
/// positions, gated feed-forward, grouped queries.
final class Llama implements Architecture {
  @Override
  public Decoder load(Settings config, Weights weights) {
    LlamaParts parts = new LlamaParts(config, weights);
    Biases biases = config.bool("attention_bias", false) ? Biases.ALL : Biases.NONE;
    boolean biased = config.bool("mlp_bias", false);
    return parts.decoder(i ->
        parts.block(
            i,
            parts.attention(i, LlamaParts.causal(Optional.empty()), biases),
            parts.feedForward(i, biased)));
  }
}
