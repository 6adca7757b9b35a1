package dev.heed.attention;

import java.util.List;

/// How rotary angles are stretched for texts longer than those a model was trained on.
public sealed interface RotaryScaling {
  record None() implements RotaryScaling {}

  /// All frequencies divided by a factor, [Chen et al. 2023](https://arxiv.org/abs/2306.15595).
  record Linear(double factor) implements RotaryScaling {
    public Linear {
      checkFactor("linear", factor);
    }
  }

  /// A larger base, so that fast pairs keep their frequency: `base * factor^(d / (d - 2))`.
  record Ntk(double factor) implements RotaryScaling {
    public Ntk {
      checkFactor("ntk", factor);
    }
  }

  /// [Ntk] by as much as the length of the call asks for, beyond the `context` of training.
  ///
  /// The angles depend on the length, so keys that were turned for a shorter call differ from those
  /// of a longer one.
  record DynamicNtk(double factor, int context) implements RotaryScaling {
    public DynamicNtk {
      checkFactor("dynamic", factor);
    }
  }

  /// [Peng et al. 2023](https://arxiv.org/abs/2309.00071): slow pairs as in [Linear], fast pairs
  /// unchanged, a ramp between, and a magnitude.
  ///
  /// @param context positions of training
  /// @param magnitude the factor on cosines and sines
  record Yarn(double factor, int context, Ramp ramp, double magnitude) implements RotaryScaling {
    public Yarn {
      checkFactor("yarn", factor);
    }

    /// The paper's ramp and magnitude.
    public static Yarn of(double factor, int context) {
      return new Yarn(factor, context, Ramp.STANDARD, magnitude(factor, 1));
    }

    /// The paper's magnitude, `0.1 m ln(factor) + 1`; 1 where nothing is stretched.
    public static double magnitude(double factor, double m) {
      return factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1;
    }

    /// Between which pairs the change from one to the other lies.
    ///
    /// @param fast turns over the training context from which a pair is left alone
    /// @param slow turns below which a pair is stretched in full
    /// @param edges whether the ramp begins and ends at whole pairs
    public record Ramp(double fast, double slow, Edges edges) {
      public static final Ramp STANDARD = new Ramp(32, 1, Edges.WHOLE);

      /// Where a ramp begins and ends.
      public enum Edges {
        /// At whole pairs, rounded outwards.
        WHOLE,
        /// Where the formula puts them; `truncate: false` in configurations.
        EXACT
      }
    }

    private double[] stretch(Rotary rotary) {
      double low = pairOf(ramp.fast, rotary);
      double high = pairOf(ramp.slow, rotary);
      if (ramp.edges == Ramp.Edges.WHOLE) {
        low = Math.floor(low);
        high = Math.ceil(high);
      }
      low = Math.max(low, 0);
      high = Math.min(high, rotary.width() - 1);
      double[] frequencies = plain(rotary.base(), rotary.width());
      for (int pair = 0; pair < frequencies.length; pair++) {
        double span = high == low ? 0.001 : high - low;
        double stretched = Math.clamp((pair - low) / span, 0.0, 1.0);
        frequencies[pair] *= stretched / factor + (1 - stretched);
      }
      return frequencies;
    }

    /// The pair, not whole, that turns `turns` times over the training context.
    private double pairOf(double turns, Rotary rotary) {
      return rotary.width()
          * Math.log(context / (turns * 2 * Math.PI))
          / (2 * Math.log(rotary.base()));
    }
  }

  /// The rule of [Llama 3.1](https://arxiv.org/abs/2407.21783): pairs are told apart by their
  /// wavelength.
  ///
  /// @param low wavelengths above `context / low` are stretched in full
  /// @param high wavelengths below `context / high` are left alone
  record Llama3(double factor, double low, double high, int context) implements RotaryScaling {
    public Llama3 {
      checkFactor("llama3", factor);
      if (!(low < high)) {
        throw new AttentionException(
            "rotary: llama3 has a low factor of %s and a high one of %s; low must be below high"
                .formatted(low, high));
      }
    }

    private double stretched(double frequency) {
      double wavelength = 2 * Math.PI / frequency;
      if (wavelength > context / low) {
        return frequency / factor;
      }
      if (wavelength < context / high) {
        return frequency;
      }
      double kept = (context / wavelength - low) / (high - low);
      return (1 - kept) * frequency / factor + kept * frequency;
    }
  }

  /// The frequency of each pair divided by a factor of its own, as files store the outcome of
  /// another rule.
  record Factors(List<Double> factors) implements RotaryScaling {
    public Factors {
      factors = List.copyOf(factors);
      factors.forEach(factor -> checkFactor("factors", factor));
    }

    private double[] stretch(Rotary rotary) {
      double[] frequencies = plain(rotary.base(), rotary.width());
      if (factors.size() != frequencies.length) {
        throw new AttentionException(
            "rotary: %d factors do not fit %d pairs; one a pair"
                .formatted(factors.size(), frequencies.length));
      }
      for (int pair = 0; pair < frequencies.length; pair++) {
        frequencies[pair] /= factors.get(pair);
      }
      return frequencies;
    }
  }

  static RotaryScaling none() {
    return new None();
  }

  /// What each pair turns by from one position to the next.
  default double[] frequencies(Rotary rotary, int length) {
    int width = rotary.width();
    double base = rotary.base();
    return switch (this) {
      case None _ -> plain(base, width);
      case Linear(double factor) -> {
        double[] frequencies = plain(base, width);
        for (int pair = 0; pair < frequencies.length; pair++) {
          frequencies[pair] /= factor;
        }
        yield frequencies;
      }
      case Ntk(double factor) -> plain(stretchedBase(base, factor, width), width);
      case DynamicNtk(double factor, int context) -> {
        double growth = factor * Math.max(length, context) / context - (factor - 1);
        yield plain(stretchedBase(base, growth, width), width);
      }
      case Yarn yarn -> yarn.stretch(rotary);
      case Factors factors -> factors.stretch(rotary);
      case Llama3 llama3 -> {
        double[] frequencies = plain(base, width);
        for (int pair = 0; pair < frequencies.length; pair++) {
          frequencies[pair] = llama3.stretched(frequencies[pair]);
        }
        yield frequencies;
      }
    };
  }

  /// The factor on cosines and sines.
  default double magnitude() {
    return switch (this) {
      case Yarn yarn -> yarn.magnitude;
      case None _, Linear _, Ntk _, DynamicNtk _, Llama3 _, Factors _ -> 1;
    };
  }

  private static double[] plain(double base, int width) {
    double[] frequencies = new double[width / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      frequencies[pair] = Math.pow(base, -2.0 * pair / width);
    }
    return frequencies;
  }

  private static double stretchedBase(double base, double factor, int width) {
    return width == 2 ? base : base * Math.pow(factor, width / (width - 2.0));
  }

  private static void checkFactor(String name, double factor) {
    if (!(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
      throw new AttentionException(
          "rotary: the factor %s of %s must be positive and finite".formatted(factor, name));
    }
  }
}
