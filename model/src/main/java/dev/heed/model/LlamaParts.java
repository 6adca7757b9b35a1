package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Mask;
import dev.heed.attention.Rotary;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Heads;
import dev.heed.layer.Linear;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// Reads what Llama and its descendants share, under the names of their Hugging Face checkpoints.
final class LlamaParts {
  /// Which projections of the attention carry a bias.
  enum Biases {
    NONE,
    QUERY_KEY_VALUE,
    ALL
  }

  private final Settings config;
  private final Weights weights;
  private final int width;
  private final int layers;
  private final Heads heads;
  private final float epsilon;
  private final Rotary rotary;

  LlamaParts(Settings config, Weights weights) {
    this.config = config;
    this.weights = weights;
    width = config.integer("hidden_size");
    layers = config.integer("num_hidden_layers");
    int queries = config.integer("num_attention_heads");
    int keys = config.integer("num_key_value_heads", queries);
    int headWidth = config.optionalInteger("head_dim").orElse(width / queries);
    heads = new Heads(queries, keys, headWidth);
    epsilon = (float) config.number("rms_norm_eps", 1e-6);
    rotary = RotarySettings.of(config, weights, headWidth);
  }

  Settings config() {
    return config;
  }

  Heads heads() {
    return heads;
  }

  /// The weights of one block.
  Weights block(int block) {
    return weights.in("model.layers").in(block);
  }

  /// Causal attention that sees `window` positions, or all where there is no window.
  static Attention causal(Optional<Integer> window) {
    return window.isPresent()
        ? Attention.causal().withMask(Mask.causal().and(Mask.window(window.get())))
        : Attention.causal();
  }

  SelfAttention attention(int block, Attention attention, Biases biases) {
    Weights at = block(block).in("self_attn");
    boolean inner = biases != Biases.NONE;
    return new SelfAttention(
        new SelfAttention.Projections(
            linear(at, "q_proj", heads.queryWidth(), width, inner),
            linear(at, "k_proj", heads.keyWidth(), width, inner),
            linear(at, "v_proj", heads.keyWidth(), width, inner),
            linear(at, "o_proj", width, heads.queryWidth(), biases == Biases.ALL)),
        SelfAttention.HeadNorms.NONE,
        Optional.of(rotary),
        attention,
        heads);
  }

  FeedForward feedForward(int block, boolean biased) {
    Weights at = block(block).in("mlp");
    int hidden = config.integer("intermediate_size");
    return new FeedForward.Gated(
        linear(at, "gate_proj", hidden, width, biased),
        linear(at, "up_proj", hidden, width, biased),
        activation(),
        linear(at, "down_proj", width, hidden, biased));
  }

  /// A block with one norm a branch.
  Block block(int block, SelfAttention attention, FeedForward feedForward) {
    Weights at = block(block);
    return new Block(
        new Branch<>(norm(at, "input_layernorm"), attention),
        new Branch<>(norm(at, "post_attention_layernorm"), feedForward));
  }

  Norm norm(Weights at, String name) {
    return norm(at, name, width, 0);
  }

  /// An RMS norm of which the checkpoint stores the gain less `offset`.
  Norm norm(Weights at, String name, int width, float offset) {
    Weight stored = at.get(name + ".weight", width);
    float[] gain = stored.toFloats();
    for (int i = 0; i < gain.length; i++) {
      gain[i] += offset;
    }
    return new Norm.RmsNorm(Weight.of(stored.name(), gain, width), epsilon);
  }

  Decoder decoder(IntFunction<Block> block) {
    return decoder(block, norm(weights.in("model"), "norm"), 1, Optional.empty());
  }

  Decoder decoder(
      IntFunction<Block> block, Norm norm, float embeddingScale, Optional<Float> logitCap) {
    int vocabulary = config.integer("vocab_size");
    Weight table = weights.in("model").get("embed_tokens.weight", vocabulary, width);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      blocks.add(block.apply(i));
    }
    Linear head =
        config.bool("tie_word_embeddings", false)
            ? new Linear(table)
            : new Linear(weights.get("lm_head.weight", vocabulary, width));
    return new Decoder(
        new Decoder.Embedding(table, Optional.empty(), embeddingScale),
        blocks,
        norm,
        head,
        logitCap,
        config.integer("max_position_embeddings", 2048));
  }

  private Activation activation() {
    String key = config.has("hidden_activation") ? "hidden_activation" : "hidden_act";
    return Activations.named(config.string(key, "silu"));
  }

  private static Linear linear(Weights at, String name, int out, int in, boolean biased) {
    Weight weight = at.get(name + ".weight", out, in);
    return biased
        ? new Linear(weight, Optional.of(Rewritten.array(at.get(name + ".bias", out))))
        : new Linear(weight);
  }
}
