package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SelfAttention.HeadNorms;
import dev.heed.model.LlamaParts.Biases;

/// Qwen 3, [Yang et al. 2025](https://arxiv.org/abs/2505.09388): Llama with an RMS norm on every
/// head of queries and keys.
final class Qwen3 implements Architecture {
  @Override
  public Decoder load(Settings config, Weights weights) {
    LlamaParts parts = new LlamaParts(config, weights);
    Biases biases = config.bool("attention_bias", false) ? Biases.ALL : Biases.NONE;
    return parts.decoder(
        i -> parts.block(i, attention(parts, i, biases), parts.feedForward(i, false)));
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
