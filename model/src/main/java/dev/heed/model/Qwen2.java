package dev.heed.model;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Qwen 2, [Yang et al. 2024](https://arxiv.org/abs/2407.10671): Llama with biases on queries, keys
/// and values, and a window in the later blocks where it is switched on.
final class Qwen2 implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("num_key_value_heads", 32)
          .with("sliding_window", 4096)
          .with("max_position_embeddings", 32_768);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    LlamaParts parts = new LlamaParts(config, weights);
    return parts.decoder(i ->
        parts.block(
            i,
            parts.attention(i, LlamaParts.causal(window(config, i)), Biases.QUERY_KEY_VALUE),
            parts.feedForward(i)));
  }

  /// The window of a block: none unless `use_sliding_window`, and by default from block
  /// `max_window_layers` on.
  static Optional<Integer> window(Settings config, int block) {
    boolean used = config.bool("use_sliding_window", false);
    int first = config.integer("max_window_layers", 28);
    Settings usable = used ? config : config.with("sliding_window", new Json.Null());
    return Windows.ofBlock(usable, block, i -> i >= first);
  }
}
