package dev.heed.model;

import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Mistral, [Jiang et al. 2023](https://arxiv.org/abs/2310.06825): Llama with a window in every
/// block.
final class Mistral implements Architecture {
  @Override
  public Decoder load(Settings config, Weights weights) {
    LlamaParts parts = new LlamaParts(config, weights);
    Optional<Integer> window = Windows.width(config);
    return parts.decoder(i ->
        parts.block(
            i,
            parts.attention(i, LlamaParts.causal(window), Biases.NONE),
            parts.feedForward(i, false)));
  }
}
