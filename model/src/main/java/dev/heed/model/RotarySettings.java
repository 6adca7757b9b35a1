package dev.heed.model;

import dev.heed.attention.Rotary;
import dev.heed.attention.Rotary.Layout;
import dev.heed.attention.RotaryScaling;
import dev.heed.attention.RotaryScaling.Yarn;
import dev.heed.attention.RotaryScaling.Yarn.Ramp;
import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Settings;
import dev.heed.checkpoint.Weights;
import dev.heed.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Reads rotary positions from a configuration, in its new spelling (`rope_parameters`) and in its
/// old one (`rope_theta` beside `rope_scaling`).
final class RotarySettings {
  /// How many numbers of a head are rotated, as GGUF files say it.
  static final String DIMENSIONS = "heed.rotary_dimensions";

  private static final double BASE = 10_000;

  /// Divisors of the frequencies, which GGUF files of Llama 3 store as a tensor.
  private static final String FACTORS = "rope_freqs.weight";

  private RotarySettings() {}

  /// @param headWidth `E`
  static Rotary of(Settings config, Weights weights, int headWidth) {
    Optional<Settings> parameters = config.in("rope_parameters");
    Optional<Settings> scaling = parameters.or(() -> config.in("rope_scaling"));
    double base = config.number("rope_theta", BASE);
    double share = config.number("partial_rotary_factor", 1);
    if (parameters.isPresent()) {
      base = parameters.get().number("rope_theta", base);
      share = parameters.get().number("partial_rotary_factor", share);
    }
    int width = config.integer(DIMENSIONS, (int) (headWidth * share));
    boolean interleaved = config.bool(GgufSettings.ROTARY_INTERLEAVED, false);
    Layout layout = interleaved ? Layout.INTERLEAVED : Layout.HALF_SPLIT;
    int context = config.integer("max_position_embeddings", 2048);
    RotaryScaling stretch =
        factors(weights)
            .or(() -> scaling.map(settings -> scaling(settings, context)))
            .orElse(RotaryScaling.none());
    return new Rotary(layout, width, base, stretch);
  }

  private static Optional<RotaryScaling> factors(Weights weights) {
    Optional<Shape> shape = weights.shape(FACTORS);
    return shape.map(pairs -> {
      float[] stored = weights.get(FACTORS, pairs.toArray()).toFloats();
      List<Double> factors = new ArrayList<>();
      for (float factor : stored) {
        factors.add((double) factor);
      }
      return new RotaryScaling.Factors(factors);
    });
  }

  private static RotaryScaling scaling(Settings settings, int context) {
    String type =
        settings
            .optionalString("rope_type")
            .or(() -> settings.optionalString("type"))
            .orElse("default");
    settings.ignore("type", "rope_type");
    return switch (type) {
      case "default", "none" -> RotaryScaling.none();
      case "linear" -> new RotaryScaling.Linear(settings.number("factor"));
      case "dynamic" ->
          new RotaryScaling.DynamicNtk(settings.number("factor"), original(settings, context));
      case "yarn" -> yarn(settings, context);
      case "llama3" ->
          new RotaryScaling.Llama3(
              settings.number("factor"),
              settings.number("low_freq_factor"),
              settings.number("high_freq_factor"),
              original(settings, context));
      default ->
          throw new CheckpointException(
              "config: rotary scaling '%s' is not known; default, linear, dynamic, yarn, llama3 are"
                  .formatted(type));
    };
  }

  private static RotaryScaling yarn(Settings settings, int context) {
    double factor = settings.number("factor");
    Ramp ramp =
        new Ramp(
            settings.number("beta_fast", Ramp.STANDARD.fast()),
            settings.number("beta_slow", Ramp.STANDARD.slow()),
            settings.bool("truncate", true) ? Ramp.Edges.WHOLE : Ramp.Edges.EXACT);
    return new Yarn(factor, original(settings, context), ramp, magnitude(settings, factor));
  }

  // As Hugging Face has it: stated, or the quotient of two, or the paper's.
  private static double magnitude(Settings settings, double factor) {
    OptionalDouble stated = settings.optionalNumber("attention_factor");
    OptionalDouble mscale = settings.optionalNumber("mscale");
    OptionalDouble all = settings.optionalNumber("mscale_all_dim");
    if (stated.isPresent()) {
      return stated.getAsDouble();
    }
    return mscale.isPresent() && all.isPresent()
        ? Yarn.magnitude(factor, mscale.getAsDouble()) / Yarn.magnitude(factor, all.getAsDouble())
        : Yarn.magnitude(factor, 1);
  }

  private static int original(Settings settings, int context) {
    return settings.integer("original_max_position_embeddings", context);
  }
}
