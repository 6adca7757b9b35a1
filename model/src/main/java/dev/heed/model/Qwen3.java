package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SelfAttention.HeadNorms;
import dev.heed.model.LlamaParts.Biases;

/// Qwen 3, [Yang et al. 2025](https://arxiv.org/abs/2505.09388): Llama with an RMS norm on every
/// head of queries and keys.
final class Qwen3 implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("head_dim", 128)
          .with("num_key_value_heads", 32)
          .with("sliding_window", 4096)
          .with("max_position_embeddings", 32_768);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    LlamaParts parts = new LlamaParts(config, weights);
    Biases biases = Biases.stated(config, "attention_bias");
    return parts.decoder(i -> parts.block(i, attention(parts, i, biases), parts.feedForward(i)));
  }

  private static SelfAttention attention(LlamaParts parts, int block, Biases biases) {
    Attention attention = LlamaParts.causal(Qwen2.window(parts.config(), block));
    Weights at = parts.block(block).in("self_attn");
    int width = parts.heads().width();
    HeadNorms norms =
        HeadNorms.of(parts.norm(at, "q_norm", width, 0), parts.norm(at, "k_norm", width, 0));
    return parts.attention(block, attention, biases).withHeadNorms(norms);
  }
}
