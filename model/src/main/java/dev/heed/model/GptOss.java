package dev.heed.model;

import dev.heed.attention.Attention;
import dev.heed.attention.Normalizer;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Experts;
import dev.heed.layer.Experts.Expert;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Linear;
import dev.heed.layer.SelfAttention;
import dev.heed.model.LlamaParts.Biases;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// gpt-oss, [OpenAI 2025](https://arxiv.org/abs/2508.10925): experts, a learned sink a head, and a
/// window in every other block.
///
/// The file holds the experts of a block in one tensor, `[X, in, out]`, the gate and the linear
/// part of each in turns.
final class GptOss implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("head_dim", 64)
          .with("num_key_value_heads", 8)
          .with("sliding_window", 128)
          .with("max_position_embeddings", 131_072)
          .with("rms_norm_eps", 1e-5)
          .with("num_experts_per_tok", 4)
          .with("num_local_experts", 128);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    if (Activations.of(config, "hidden_act", "silu") != Activation.SILU) {
      throw new CheckpointException(
          "config: hidden_act '%s' is none of gpt-oss; silu is"
              .formatted(config.string("hidden_act")));
    }
    LlamaParts parts = new LlamaParts(config, weights);
    return parts.decoder(i -> parts.block(i, attention(parts, i), experts(parts, i)));
  }

  private static SelfAttention attention(LlamaParts parts, int block) {
    Settings config = parts.config();
    Biases biases = config.bool("attention_bias", true) ? Biases.ALL : Biases.NONE;
    Optional<Integer> window = Windows.ofBlock(config, block, i -> i % 2 == 0);
    Attention attention = LlamaParts.causal(window).withNormalizer(Normalizer.sink());
    Weights at = parts.block(block).in("self_attn");
    Weight sinks = Rewritten.array(at.get("sinks", parts.heads(block).queries()));
    return parts.attention(block, attention, biases).withLearned(Map.of("sink", sinks));
  }

  private static FeedForward experts(LlamaParts parts, int block) {
    Settings config = parts.config();
    int width = config.positive("hidden_size");
    int hidden = config.positive("intermediate_size");
    int count = config.positive("num_local_experts");
    Weights at = parts.block(block).in("mlp");
    Weights all = at.in("experts");
    Weight both = all.get("gate_up_proj", count, width, 2 * hidden);
    Weight bothBias = all.get("gate_up_proj_bias", count, 2 * hidden);
    Weight down = all.get("down_proj", count, hidden, width);
    Weight downBias = all.get("down_proj_bias", count, width);
    List<Expert> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      Columns two = new Columns(matrix(both, e), row(bothBias, e));
      experts.add(
          new Expert(
              two.linear(0, 2),
              two.linear(1, 2),
              new Experts.Gate.Clamped(),
              new Columns(matrix(down, e), row(downBias, e)).linear(0, 1)));
    }
    Linear router =
        new Linear(
            at.get("router.weight", count, width),
            Optional.of(Rewritten.array(at.get("router.bias", count))));
    return new Experts(router, LlamaParts.active(config, count), experts);
  }

  /// Expert `e`'s `[in, out]` of `[X, in, out]`.
  private static Weight matrix(Weight all, int e) {
    Weight one = all.rows(e, e + 1);
    return Weight.of(one.name(), one.toFloats(), all.shape().axis(1), all.shape().axis(2));
  }

  /// Expert `e`'s `[out]` of `[X, out]`.
  private static Weight row(Weight all, int e) {
    Weight one = all.rows(e, e + 1);
    return Weight.of(one.name(), one.toFloats(), all.shape().axis(1));
  }

  /// A matrix `[in, out]` and its bias `[out]`.
  private record Columns(Weight matrix, Weight bias) {
    /// The layer of every `step`-th column from `first` on.
    Linear linear(int first, int step) {
      int in = matrix.shape().axis(0);
      int stored = matrix.shape().axis(1);
      int out = stored / step;
      float[] numbers = matrix.floats();
      float[] rows = new float[out * in];
      float[] biases = new float[out];
      for (int o = 0; o < out; o++) {
        int column = first + o * step;
        biases[o] = bias.floats()[column];
        for (int i = 0; i < in; i++) {
          rows[o * in + i] = numbers[i * stored + column];
        }
      }
      return new Linear(
          Weight.of(matrix.name(), rows, out, in),
          Optional.of(Weight.of(bias.name(), biases, out)));
    }
  }
}
