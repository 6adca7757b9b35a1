package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Mask;
import dev.heed.attention.Rotary;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Block.Norms;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Heads;
import dev.heed.layer.Linear;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/// Reads what Llama and its descendants share, under the names of their Hugging Face checkpoints.
final class LlamaParts {
  /// Which projections carry a bias.
  enum Biases {
    NONE,
    QUERY_KEY_VALUE,
    ALL;

    static Biases stated(Settings config, String key) {
      return config.bool(key, false) ? ALL : NONE;
    }
  }

  /// More numbers than any projection gives.
  private static final int MOST = 1 << 28;

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
    width = config.positive("hidden_size");
    layers = config.positive("num_hidden_layers");
    heads = heads(config, width);
    epsilon = (float) config.number("rms_norm_eps", 1e-6);
    rotary = RotarySettings.of(config, weights, heads.width());
  }

  private static Heads heads(Settings config, int width) {
    int queries = config.positive("num_attention_heads");
    int keys = config.optionalPositive("num_key_value_heads").orElse(queries);
    OptionalInt stated = config.optionalPositive("head_dim");
    int headWidth = stated.orElse(width / queries);
    boolean whole = stated.isPresent() || width % queries == 0;
    if (!whole || queries % keys != 0 || (long) queries * headWidth > MOST) {
      throw new CheckpointException(
          "config: %d heads over %d key/value heads of width %s do not fit a hidden size of %d; key/value heads must divide heads, and heads the hidden size unless head_dim is stated"
              .formatted(queries, keys, stated.isPresent() ? "" + headWidth : "unstated", width));
    }
    return new Heads(queries, keys, headWidth);
  }

  Settings config() {
    return config;
  }

  Heads heads() {
    return heads;
  }

  /// Those of one block.
  Heads heads(int block) {
    return LayerHeads.of(config, layers, block, heads);
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
    Heads own = heads(block);
    Biases inner = biases == Biases.QUERY_KEY_VALUE ? Biases.ALL : biases;
    Biases outer = biases == Biases.QUERY_KEY_VALUE ? Biases.NONE : biases;
    return new SelfAttention(
        new SelfAttention.Projections(
            linear(at, "q_proj", own.queryWidth(), width, inner),
            linear(at, "k_proj", own.keyWidth(), width, inner),
            linear(at, "v_proj", own.keyWidth(), width, inner),
            linear(at, "o_proj", width, own.queryWidth(), outer)),
        SelfAttention.HeadNorms.NONE,
        Optional.of(rotary),
        attention,
        own);
  }

  FeedForward feedForward(int block, Activation activation, Biases biases) {
    Weights at = block(block).in("mlp");
    int hidden = config.positive("intermediate_size");
    return new FeedForward.Gated(
        linear(at, "gate_proj", hidden, width, biases),
        linear(at, "up_proj", hidden, width, biases),
        activation,
        linear(at, "down_proj", width, hidden, biases));
  }

  /// How many of `count` experts a position asks.
  static int active(Settings config, int count) {
    int active = config.positive("num_experts_per_tok");
    if (active > count) {
      throw new CheckpointException(
          "config: num_experts_per_tok %d of num_local_experts %d; at most all of them fit"
              .formatted(active, count));
    }
    return active;
  }

  /// The usual feed-forward: SiLU unless `hidden_act` says otherwise, without biases.
  FeedForward feedForward(int block) {
    return feedForward(block, Activations.of(config, "hidden_act", "silu"), Biases.NONE);
  }

  /// A block with one norm a branch.
  Block block(int block, SelfAttention attention, FeedForward feedForward) {
    Weights at = block(block);
    return new Block(
        new Branch<>(Norms.pre(norm(at, "input_layernorm")), attention),
        new Branch<>(Norms.pre(norm(at, "post_attention_layernorm")), feedForward));
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
    int vocabulary = config.positive("vocab_size");
    Weight table = weights.in("model").get("embed_tokens.weight", vocabulary, width);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      blocks.add(block.apply(i));
    }
    boolean tied = config.bool("tie_word_embeddings", false);
    return new Decoder(
        new Decoder.Embedding(table, Optional.empty(), embeddingScale),
        blocks,
        Optional.of(norm),
        tied ? tied(weights, table) : new Linear(weights.get("lm_head.weight", vocabulary, width)),
        logitCap,
        RotarySettings.reach(rotary, config.positive("max_position_embeddings")));
  }

  /// A head that is the embedding's table; a file may hold it once more, as long as it is the same.
  static Linear tied(Weights weights, Weight table) {
    boolean same =
        weights
            .optional("lm_head.weight", table.shape().toArray())
            .map(head -> Rewritten.same(head, table))
            .orElse(true);
    if (!same) {
      throw new CheckpointException(
          "checkpoint: 'lm_head.weight' differs from the embedding, which tie_word_embeddings makes the head; one of the two is wrong");
    }
    return new Linear(table);
  }

  private static Linear linear(Weights at, String name, int out, int in, Biases biases) {
    Weight weight = at.get(name + ".weight", out, in);
    return biases == Biases.NONE
        ? new Linear(weight)
        : new Linear(weight, Optional.of(Rewritten.array(at.get(name + ".bias", out))));
  }
}
