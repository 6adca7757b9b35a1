package dev.heed.model;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Escape;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.grad.Activation;
import dev.heed.layer.Block.Norms;
import dev.heed.layer.FeedForward;
import dev.heed.layer.Linear;
import dev.heed.layer.Norm;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// Reads the parts of a [HeedModel] from its settings and the weights under a path.
record HeedParts(Settings config, Weights weights) {
  /// The parts below `step`.
  HeedParts at(String step) {
    return new HeedParts(config, weights.in(step.substring(0, step.length() - 1)));
  }

  /// `D`.
  int width() {
    return config.positive("hidden_size");
  }

  int context() {
    return config.positive("max_position_embeddings");
  }

  Weight weight(String name, int... shape) {
    return weights.get(name, shape);
  }

  /// A weight that is computed with as it is, and so must be an array.
  Weight vector(String name, int... shape) {
    return Rewritten.array(weights.get(name, shape));
  }

  Linear linear(String name, int out, int in) {
    Weight weight = weights.get(name + ".weight", out, in);
    return hasBiases()
        ? new Linear(weight, Optional.of(vector(name + ".bias", out)))
        : new Linear(weight);
  }

  private boolean hasBiases() {
    return config.bool("bias", false);
  }

  private Settings norm() {
    return config.in("norm").orElseThrow();
  }

  private String place() {
    return norm().string("place", "pre");
  }

  /// The norms of a branch; `name` is that of the first, the second of a sandwich has `_post` after
  /// it.
  Norms norms(String name) {
    if (norm().string("type", "rms").equals("none")) {
      return new Norms(Optional.empty(), Optional.empty(), Optional.empty());
    }
    return switch (place()) {
      case "pre" -> Norms.pre(norm(name));
      case "post" -> Norms.post(norm(name));
      case "sandwich" -> Norms.sandwich(norm(name), norm(name + "_post"));
      default -> throw unknown("norm.place", place(), "pre, post and sandwich");
    };
  }

  /// The norm after the last block, where blocks do not end with one.
  Optional<Norm> lastNorm(String name) {
    boolean normed = place().equals("post") || norm().string("type", "rms").equals("none");
    return normed ? Optional.empty() : Optional.of(norm(name));
  }

  private Norm norm(String name) {
    String type = norm().string("type", "rms");
    return switch (type) {
      case "rms" ->
          new Norm.RmsNorm(
              vector(name + ".weight", width()), (float) norm().number("epsilon", 1e-6));
      case "layer" -> layerNorm(name, (float) norm().number("epsilon", 1e-5));
      default -> throw unknown("norm.type", type, "rms, layer and none");
    };
  }

  private Norm layerNorm(String name, float epsilon) {
    Weight gain = vector(name + ".weight", width());
    return hasBiases()
        ? new Norm.LayerNorm(gain, vector(name + ".bias", width()), epsilon)
        : Norm.LayerNorm.unbiased(gain, epsilon);
  }

  Optional<FeedForward> feedForward() {
    Settings settings = config.in("feed_forward").orElseThrow();
    String type = settings.string("type", "gated");
    if (type.equals("none")) {
      config
          .optionalPositive("intermediate_size")
          .ifPresent(size -> {
            throw new CheckpointException(
                "config: intermediate_size is %d and feed_forward.type 'none'; leave one of them out"
                    .formatted(size));
          });
      return Optional.empty();
    }
    int hidden =
        config.optionalPositive("intermediate_size").orElse(Math.multiplyExact(4, width()));
    HeedParts at = at("mlp.");
    return Optional.of(
        switch (type) {
          case "plain" ->
              new FeedForward.Plain(
                  at.linear("up", hidden, width()),
                  activation(settings, "gelu_new"),
                  at.linear("down", width(), hidden));
          case "gated" ->
              new FeedForward.Gated(
                  at.linear("gate", hidden, width()),
                  at.linear("up", hidden, width()),
                  activation(settings, "silu"),
                  at.linear("down", width(), hidden));
          default -> throw unknown("feed_forward.type", type, "gated, plain and none");
        });
  }

  private static Activation activation(Settings settings, String usual) {
    return Activations.of(settings, "activation", usual);
  }

  static CheckpointException unknown(String setting, String value, String known) {
    return new CheckpointException(
        "config: %s is '%s', which is not known; %s are"
            .formatted(setting, Escape.text(value), known));
  }
}
