package dev.heed.model;

import dev.heed.attention.Positions;
import dev.heed.attention.mixer.StateShape;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Block;
import dev.heed.layer.Block.Branch;
import dev.heed.layer.Block.Norms;
import dev.heed.layer.Linear;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.ShortConvolution;
import dev.heed.layer.StateSpaceDual;
import dev.heed.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Mamba-2, [Dao and Gu 2024](https://arxiv.org/abs/2405.21060): blocks of one state space mixer,
/// without positions and without feed-forwards.
final class Mamba2 implements Architecture {
  private static final Json.Obj DEFAULTS =
      Json.object()
          .with("expand", 2)
          .with("num_heads", 128)
          .with("head_dim", 64)
          .with("n_groups", 8)
          .with("conv_kernel", 4)
          .with("state_size", 128)
          .with("layer_norm_epsilon", 1e-5);

  @Override
  public Decoder load(Settings file, Weights weights) {
    Settings config = file.defaulting(DEFAULTS);
    // how it is computed and how it began; residuals are in F32 whatever the file says
    config.ignore("chunk_size", "residual_in_fp32", "rescale_prenorm_residual");
    config.ignore("time_step_rank", "time_step_min", "time_step_max", "time_step_floor");
    int width = config.positive("hidden_size");
    int vocabulary = config.positive("vocab_size");
    Weights root = weights.in("backbone");
    Weight table = root.get("embeddings.weight", vocabulary, width);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < config.positive("num_hidden_layers"); i++) {
      Weights at = root.in("layers").in(i);
      Branch<Mixer> branch =
          new Branch<>(
              Norms.pre(norm(config, at, "norm", width)),
              new Reader(config, at.in("mixer"), width).mixer());
      blocks.add(new Block(branch, Optional.empty()));
    }
    boolean tied = config.bool("tie_word_embeddings", false);
    return new Decoder(
        new Decoder.Embedding(table, Optional.empty(), 1),
        blocks,
        Optional.of(norm(config, root, "norm_f", width)),
        tied
            ? LlamaParts.tied(weights, table)
            : new Linear(weights.get("lm_head.weight", vocabulary, width)),
        Optional.empty(),
        Positions.LIMIT);
  }

  private static Norm norm(Settings config, Weights at, String name, int width) {
    return new Norm.RmsNorm(
        Rewritten.array(at.get(name + ".weight", width)),
        (float) config.number("layer_norm_epsilon"));
  }

  /// Reads one mixer.
  private record Reader(Settings config, Weights at, int width) {
    StateSpaceDual mixer() {
      int heads = config.positive("num_heads");
      int groups = config.positive("n_groups");
      int inner = Math.multiplyExact(heads, config.positive("head_dim"));
      int side = Math.multiplyExact(groups, config.positive("state_size"));
      if (inner != (int) (config.number("expand") * width) || heads % groups != 0) {
        throw new CheckpointException(
            "config: %d heads of %d groups and head_dim %d do not fit hidden_size %d expanded by %s; groups must divide heads, and heads times head_dim be that"
                .formatted(heads, groups, inner / heads, width, config.number("expand")));
      }
      return new StateSpaceDual(
          projections(inner, side, heads),
          convolutions(inner, side),
          dynamics(heads),
          norm(config, at, "norm", inner),
          new StateShape.Heads(groups, groups, heads));
    }

    /// The rows of one matrix: gate, x, B, C and steps.
    private StateSpaceDual.Projections projections(int inner, int side, int heads) {
      int out = Math.addExact(2 * inner, 2 * side + heads);
      Linear all = linear("in_proj", out, width);
      int key = 2 * inner;
      int query = key + side;
      return new StateSpaceDual.Projections(
          rows(all, 0, inner),
          rows(all, inner, key),
          rows(all, key, query),
          rows(all, query, query + side),
          rows(all, query + side, out),
          linear("out_proj", width, inner));
    }

    private Linear linear(String name, int out, int in) {
      Weight weight = at.get(name + ".weight", out, in);
      return config.bool("use_bias", false)
          ? new Linear(weight, Optional.of(Rewritten.array(at.get(name + ".bias", out))))
          : new Linear(weight);
    }

    private static Linear rows(Linear all, int from, int to) {
      return new Linear(all.weight().rows(from, to), all.bias().map(bias -> bias.rows(from, to)));
    }

    private StateSpaceDual.Convolutions convolutions(int inner, int side) {
      int channels = inner + 2 * side;
      Weight taps =
          Rewritten.array(at.get("conv1d.weight", channels, 1, config.positive("conv_kernel")));
      Optional<Weight> bias =
          config.bool("use_conv_bias", true)
              ? Optional.of(Rewritten.array(at.get("conv1d.bias", channels)))
              : Optional.empty();
      Activation activation = Activations.of(config, "hidden_act", "silu");
      ShortConvolution all = new ShortConvolution(taps, bias, Optional.of(activation));
      return new StateSpaceDual.Convolutions(
          rows(all, 0, inner), rows(all, inner, inner + side), rows(all, inner + side, channels));
    }

    private static ShortConvolution rows(ShortConvolution all, int from, int to) {
      return new ShortConvolution(
          all.taps().rows(from, to), all.bias().map(bias -> bias.rows(from, to)), all.activation());
    }

    private StateSpaceDual.Dynamics dynamics(int heads) {
      float[] limits = limits();
      return new StateSpaceDual.Dynamics(
          Rewritten.array(at.get("dt_bias", heads)),
          Rewritten.array(at.get("A_log", heads)),
          Rewritten.array(at.get("D", heads)),
          limits[0],
          limits[1]);
    }

    /// `time_step_limit`, of which a number may be an object `{"__float__": "Infinity"}`.
    private float[] limits() {
      float[] limits = {0, Float.POSITIVE_INFINITY};
      Optional<Json.Arr> stated = config.optionalList("time_step_limit");
      for (int i = 0; i < 2 && stated.isPresent(); i++) {
        limits[i] = (float) number(stated.get(), i);
      }
      return limits;
    }

    private static double number(Json.Arr limits, int index) {
      return index < limits.items().size() && limits.items().get(index) instanceof Json.Obj object
          ? Double.parseDouble(object.string("__float__"))
          : limits.number(index);
    }
  }
}
