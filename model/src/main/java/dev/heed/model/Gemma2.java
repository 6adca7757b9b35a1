package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Modifier;
import dev.heed.attention.Score;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Norm;
import dev.heed.model.LlamaParts.Biases;
import java.util.Optional;
import java.util.OptionalDouble;

/// Gemma 2, [Gemma Team 2024](https://arxiv.org/abs/2408.00118): soft-capped scores and logits, a
/// window in every other block, a norm on both sides of each branch, embeddings times `√D`.
final class Gemma2 implements Architecture {
  @Override
  public Decoder load(Settings config, Weights weights) {
    LlamaParts parts = new LlamaParts(config, weights);
    double scale = Math.sqrt(config.integer("hidden_size"));
    return parts.decoder(
        i -> block(parts, i),
        norm(parts, weights.in("model"), "norm"),
        (float) scale,
        cap(config, "final_logit_softcapping", 30));
  }

  private static Block block(LlamaParts parts, int block) {
    Weights at = parts.block(block);
    return new Block(
        new Branch<>(
            norm(parts, at, "input_layernorm"),
            parts.attention(block, attention(parts, block), biases(parts.config())),
            Optional.of(norm(parts, at, "post_attention_layernorm"))),
        new Branch<>(
            norm(parts, at, "pre_feedforward_layernorm"),
            parts.feedForward(block, false),
            Optional.of(norm(parts, at, "post_feedforward_layernorm"))));
  }

  private static Biases biases(Settings config) {
    return config.bool("attention_bias", false) ? Biases.ALL : Biases.NONE;
  }

  private static Attention attention(LlamaParts parts, int block) {
    Settings config = parts.config();
    double scalar = config.number("query_pre_attn_scalar", 256);
    Attention attention =
        LlamaParts.causal(Windows.ofBlock(config, block, i -> i % 2 == 0))
            .withScore(Score.dot(1 / Math.sqrt(scalar)));
    Optional<Float> cap = cap(config, "attn_logit_softcapping", 50);
    return cap.isPresent() ? attention.withModifier(Modifier.softCap(cap.get())) : attention;
  }

  // An absent key means the paper's cap, a null one means none.
  private static Optional<Float> cap(Settings config, String key, double usual) {
    if (!config.mentions(key)) {
      return Optional.of((float) usual);
    }
    OptionalDouble cap = config.optionalNumber(key);
    return cap.isPresent() ? Optional.of((float) cap.getAsDouble()) : Optional.empty();
  }

  // Hugging Face stores gains less one, GGUF whole ones.
  private static Norm norm(LlamaParts parts, Weights at, String name) {
    float offset = (float) parts.config().number(GgufSettings.NORM_OFFSET, 1);
    return parts.norm(at, name, parts.config().integer("hidden_size"), offset);
  }
}
