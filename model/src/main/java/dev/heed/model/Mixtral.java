package dev.heed.model;

import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Experts;
import dev.heed.layer.Experts.Expert;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Linear;
import dev.heed.model.LlamaParts.Biases;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Mixtral, [Jiang et al. 2024](https://arxiv.org/abs/2401.04088): Mistral with experts in every
/// block.
final class Mixtral implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("num_key_value_heads", 8)
          .with("max_position_embeddings", 131_072)
          .with("rms_norm_eps", 1e-5)
          .with("num_experts_per_tok", 2)
          .with("num_local_experts", 8);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    LlamaParts parts = new LlamaParts(config, weights);
    Optional<Integer> window = Windows.width(config);
    return parts.decoder(i ->
        parts.block(
            i, parts.attention(i, LlamaParts.causal(window), Biases.NONE), experts(parts, i)));
  }

  private static FeedForward experts(LlamaParts parts, int block) {
    Settings config = parts.config();
    int width = config.positive("hidden_size");
    int hidden = config.positive("intermediate_size");
    int count = config.positive("num_local_experts");
    Activation activation = Activations.of(config, "hidden_act", "silu");
    Weights at = parts.block(block).in("block_sparse_moe");
    List<Expert> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      Weights own = at.in("experts").in(e);
      experts.add(
          new Expert(
              new Linear(own.get("w1.weight", hidden, width)),
              new Linear(own.get("w3.weight", hidden, width)),
              new Experts.Gate.By(activation),
              new Linear(own.get("w2.weight", width, hidden))));
    }
    Linear router = new Linear(at.get("gate.weight", count, width));
    return new Experts(router, LlamaParts.active(config, count), experts);
  }
}
