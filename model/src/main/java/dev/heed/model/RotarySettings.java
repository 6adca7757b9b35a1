package dev.heed.model;

import dev.heed.attention.Positions;
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
    Optional<Settings> old = config.in("rope_scaling");
    if (parameters.isPresent() && old.isPresent()) {
      throw new CheckpointException(
          "config: rope_parameters and rope_scaling are both stated; one of them should be");
    }
    Optional<Settings> scaling = parameters.or(() -> old);
    double base = config.number("rope_theta", BASE);
    wholeHead(config);
    parameters.ifPresent(RotarySettings::wholeHead);
    if (parameters.isPresent()) {
      base = parameters.get().number("rope_theta", base);
    }
    int width = config.optionalPositive(DIMENSIONS).orElse(headWidth);
    boolean interleaved = config.bool(GgufSettings.ROTARY_INTERLEAVED, false);
    Layout layout = interleaved ? Layout.INTERLEAVED : Layout.HALF_SPLIT;
    int context = config.positive("max_position_embeddings");
    RotaryScaling stated =
        scaling.map(settings -> scaling(settings, context)).orElse(RotaryScaling.none());
    Optional<RotaryScaling> factors = factors(weights);
    if (factors.isPresent() && !stated.equals(RotaryScaling.none())) {
      throw new CheckpointException(
          "config: the file has both the tensor '%s' and the scaling %s; one of them should be"
              .formatted(FACTORS, stated));
    }
    return new Rotary(layout, width, base, factors.orElse(stated));
  }

  /// Rotary positions as a model of Heed's own states them: `base`, `layout`, `width` and
  /// `scaling`.
  ///
  /// @param headWidth `E`
  static Rotary stated(Settings positions, int headWidth, int context) {
    String layout = positions.string("layout", "half_split");
    if (!layout.equals("half_split") && !layout.equals("interleaved")) {
      throw HeedParts.unknown("positions.layout", layout, "half_split and interleaved");
    }
    int width = positions.optionalPositive("width").orElse(headWidth);
    double base = positions.number("base", BASE);
    if (width % 2 != 0 || width > headWidth || base <= 1) {
      throw new CheckpointException(
          "config: positions of width %d and base %s do not fit heads of width %d; an even width up to that and a base above 1 would"
              .formatted(width, base, headWidth));
    }
    return new Rotary(
        layout.equals("interleaved") ? Layout.INTERLEAVED : Layout.HALF_SPLIT,
        width,
        base,
        positions.in("scaling").map(of -> scaling(of, context)).orElse(RotaryScaling.none()));
  }

  /// The most positions a model reaches that was made for `context` of them.
  static int reach(Rotary rotary, int context) {
    double stretched =
        switch (rotary.scaling()) {
          case RotaryScaling.Linear(double factor) -> factor * context;
          case RotaryScaling.DynamicNtk(double factor, int original) -> factor * original;
          case Yarn yarn -> yarn.factor() * yarn.context();
          case RotaryScaling.None _,
              RotaryScaling.Ntk _,
              RotaryScaling.Llama3 _,
              RotaryScaling.Factors _ ->
              context;
        };
    return (int) Math.clamp(stretched, context, Positions.LIMIT);
  }

  // The reference reads this setting for these architectures and turns whole heads all the same.
  private static void wholeHead(Settings settings) {
    double share = settings.number("partial_rotary_factor", 1);
    if (share != 1) {
      throw new CheckpointException(
          "config: partial_rotary_factor is %s; only whole heads, 1, are turned here"
              .formatted(share));
    }
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
      case "dynamic" -> {
        // measured from max_position_embeddings, whatever else is stated
        settings.ignore("original_max_position_embeddings");
        yield new RotaryScaling.DynamicNtk(settings.number("factor"), context);
      }
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
    int original = original(settings, context);
    double factor = settings.number("factor", (double) context / original);
    Ramp ramp =
        new Ramp(
            settings.number("beta_fast", Ramp.STANDARD.fast()),
            settings.number("beta_slow", Ramp.STANDARD.slow()),
            settings.bool("truncate", true) ? Ramp.Edges.WHOLE : Ramp.Edges.EXACT);
    return new Yarn(factor, original, ramp, magnitude(settings, factor));
  }

  // As Hugging Face has it: stated, or the quotient of two, or the paper's.
  private static double magnitude(Settings settings, double factor) {
    OptionalDouble stated = settings.optionalNumber("attention_factor");
    double mscale = settings.number("mscale", 0);
    double all = settings.number("mscale_all_dim", 0);
    if (stated.isPresent()) {
      return stated.getAsDouble();
    }
    return mscale != 0 && all != 0
        ? Yarn.magnitude(factor, mscale) / Yarn.magnitude(factor, all)
        : Yarn.magnitude(factor, 1);
  }

  private static int original(Settings settings, int context) {
    return settings.optionalPositive("original_max_position_embeddings").orElse(context);
  }
}
