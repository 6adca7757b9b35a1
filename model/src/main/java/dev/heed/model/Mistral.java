package dev.heed.model;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Mistral, [Jiang et al. 2023](https://arxiv.org/abs/2310.06825): Llama with a window in every
/// block.
final class Mistral implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("num_key_value_heads", 8)
          .with("sliding_window", 4096)
          .with("max_position_embeddings", 131_072);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    LlamaParts parts = new LlamaParts(config, weights);
    Optional<Integer> window = Windows.width(config);
    return parts.decoder(i ->
        parts.block(
            i, parts.attention(i, LlamaParts.causal(window), Biases.NONE), parts.feedForward(i)));
  }
}
