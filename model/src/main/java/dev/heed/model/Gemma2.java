package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Modifier;
import dev.heed.attention.Score;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Block.Norms;
import dev.heed.layer.Norm;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;

/// Gemma 2, [Gemma Team 2024](https://arxiv.org/abs/2408.00118): soft-capped scores and logits, a
/// window in every other block, a norm on both sides of each branch, embeddings times `√D`.
final class Gemma2 implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("head_dim", 256)
          .with("num_key_value_heads", 4)
          .with("query_pre_attn_scalar", 256)
          .with("sliding_window", 4096)
          .with("attn_logit_softcapping", 50)
          .with("final_logit_softcapping", 30)
          .with("max_position_embeddings", 8192)
          .with("tie_word_embeddings", true);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    // what the reference leaves unread: hidden_activation holds, windows have one width
    config.ignore("hidden_act", "sliding_window_size");
    LlamaParts parts = new LlamaParts(config, weights);
    double scale = Math.sqrt(config.positive("hidden_size"));
    return parts.decoder(
        i -> block(parts, i),
        norm(parts, weights.in("model"), "norm"),
        (float) scale,
        cap(config, "final_logit_softcapping"));
  }

  private static Block block(LlamaParts parts, int block) {
    Weights at = parts.block(block);
    Activation activation =
        Activations.of(parts.config(), "hidden_activation", "gelu_pytorch_tanh");
    Biases biases = Biases.stated(parts.config(), "attention_bias");
    return new Block(
        new Branch<>(
            norms(parts, at, "input_layernorm", "post_attention_layernorm"),
            parts.attention(block, attention(parts, block), biases)),
        new Branch<>(
            norms(parts, at, "pre_feedforward_layernorm", "post_feedforward_layernorm"),
            parts.feedForward(block, activation, Biases.NONE)));
  }

  private static Norms norms(LlamaParts parts, Weights at, String before, String after) {
    return Norms.sandwich(norm(parts, at, before), norm(parts, at, after));
  }

  private static Attention attention(LlamaParts parts, int block) {
    Settings config = parts.config();
    double scalar = config.number("query_pre_attn_scalar");
    Attention attention =
        LlamaParts.causal(Windows.ofBlock(config, block, i -> i % 2 == 0))
            .withScore(Score.dot(1 / Math.sqrt(scalar)));
    Optional<Float> cap = cap(config, "attn_logit_softcapping");
    return cap.isPresent() ? attention.withModifier(Modifier.softCap(cap.get())) : attention;
  }

  private static Optional<Float> cap(Settings config, String key) {
    return config.optionalNumber(key).stream().mapToObj(cap -> (float) cap).findFirst();
  }

  // Hugging Face stores gains less one, GGUF whole ones.
  private static Norm norm(LlamaParts parts, Weights at, String name) {
    float offset = (float) parts.config().number(GgufSettings.NORM_OFFSET, 1);
    return parts.norm(at, name, parts.config().positive("hidden_size"), offset);
  }
}
