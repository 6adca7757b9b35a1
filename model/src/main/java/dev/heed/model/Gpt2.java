package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Score;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
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

/// GPT-2, [Radford et al.
/// 2019](https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf):
/// learned positions, layer norms, biases everywhere, tied embeddings.
///
/// Its checkpoints store linear layers as `[in, out]`; they are transposed as they are read. With
/// `"bias": false`, a setting of nanoGPT, biases are zeros that take no part.
final class Gpt2 implements Architecture {
  /// Wider than any model, narrow enough for the products of sizes below.
  private static final int MOST = 1 << 26;

  @Override
  public Decoder load(Settings config, Weights weights) {
    Weights root = weights.has("transformer.wte.weight") ? weights.in("transformer") : weights;
    // the first only says in which precision other code multiplies, the second repeats n_positions
    config.ignore("reorder_and_upcast_attn", "n_ctx");
    int width = config.positive("n_embd");
    int vocabulary = config.positive("vocab_size");
    int context = config.optionalPositive("n_positions").orElse(1024);
    Weight tokens = root.get("wte.weight", vocabulary, width);
    PositionEmbedding positions =
        new PositionEmbedding.Learned(root.get("wpe.weight", context, width));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.positive("n_layer"); i++) {
      blocks.add(new Reader(config, root.in("h").in(i), width).block(i));
    }
    boolean tied = config.bool("tie_word_embeddings", true);
    return new Decoder(
        new Decoder.Embedding(tokens, Optional.of(positions), 1),
        blocks,
        Optional.of(new Reader(config, root, width).norm("ln_f")),
        tied
            ? LlamaParts.tied(weights, tokens)
            : new Linear(weights.get("lm_head.weight", vocabulary, width)),
        Optional.empty(),
        context);
  }

  /// Reads the parts of one block.
  private record Reader(Settings config, Weights at, int width) {
    Block block(int block) {
      int inner = config.optionalPositive("n_inner").orElse(4 * width);
      FeedForward feedForward =
          new FeedForward.Plain(
              linear("mlp.c_fc", inner, width),
              Activations.of(config, "activation_function", "gelu_new"),
              linear("mlp.c_proj", width, inner));
      return new Block(
          new Branch<>(Norms.pre(norm("ln_1")), attention(block)),
          new Branch<>(Norms.pre(norm("ln_2")), feedForward));
    }

    private SelfAttention attention(int block) {
      int count = config.positive("n_head");
      if (width % count != 0 || width > MOST) {
        throw new CheckpointException(
            "config: n_head %d does not fit n_embd %d; it must divide it".formatted(count, width));
      }
      Heads heads =
          LayerHeads.of(
              config, config.positive("n_layer"), block, new Heads(count, count, width / count));
      if (heads.queries() != heads.keys()) {
        throw new CheckpointException(
            "config: layer %d has %d heads over %d key/value heads; as many would fit"
                .formatted(block, heads.queries(), heads.keys()));
      }
      int inner = heads.queryWidth();
      Linear all = linear("attn.c_attn", 3 * inner, width);
      return new SelfAttention(
          new SelfAttention.Projections(
              part(all, 0), part(all, 1), part(all, 2), linear("attn.c_proj", width, inner)),
          SelfAttention.HeadNorms.NONE,
          Optional.empty(),
          Attention.causal().withScore(score(width / count, block)),
          heads);
    }

    private Score score(int headWidth, int block) {
      double scale = config.bool("scale_attn_weights", true) ? 1 / Math.sqrt(headWidth) : 1;
      boolean byDepth = config.bool("scale_attn_by_inverse_layer_idx", false);
      return Score.dot(byDepth ? scale / (block + 1) : scale);
    }

    private static Linear part(Linear all, int part) {
      int inner = all.weight().shape().axis(0) / 3;
      return new Linear(
          all.weight().rows(part * inner, (part + 1) * inner),
          all.bias().map(bias -> bias.rows(part * inner, (part + 1) * inner)));
    }

    private Linear linear(String name, int out, int in) {
      Weight weight =
          config.bool(GgufSettings.LINEAR_OUT_IN, false)
              ? at.get(name + ".weight", out, in)
              : Rewritten.transposed(at.get(name + ".weight", in, out));
      Weight bias = bias(name, out);
      return hasBiases() ? new Linear(weight, Optional.of(bias)) : new Linear(weight);
    }

    /// A bias, which of a model without biases is stored as zeros: other code reads them.
    private Weight bias(String name, int length) {
      Weight bias = Rewritten.array(at.get(name + ".bias", length));
      if (!hasBiases()) {
        for (float number : bias.floats()) {
          if (number != 0) {
            throw new CheckpointException(
                "checkpoint: '%s%s.bias' holds %s, though 'bias' in the configuration is false; zeros would fit"
                    .formatted(at.path(), name, number));
          }
        }
      }
      return bias;
    }

    private boolean hasBiases() {
      return config.bool("bias", true);
    }

    Norm norm(String name) {
      return new Norm.LayerNorm(
          Rewritten.array(at.get(name + ".weight", width)),
          bias(name, width),
          (float) config.number("layer_norm_epsilon", 1e-5));
    }
  }
}
