package dev.heed.attention.mixer;

/// A linear state mixer as data. Each head has a state `S [E, W]`, which at each position fades,
/// takes in the position's key and value, and is read by its query: `S = exp(a) S + k uᵀ`, `y =
/// scale qᵀ S`.
///
/// Kernelised attention maps queries and keys to features first ([FeatureMap]).
///
/// @param decay `a`, how the state fades
/// @param write `u`, what a position writes
/// @param scale of what is read
public record StateMixer(Decay decay, Write write, double scale) {
  public StateMixer {
    if (!Double.isFinite(scale)) {
      throw new MixerException("mixer: a scale of %s; a finite number fits".formatted(scale));
    }
  }

  /// Nothing fades, values are added, what is read is not scaled.
  public static StateMixer linear() {
    return new StateMixer(Decay.none(), Write.ADD, 1);
  }

  public StateMixer withDecay(Decay other) {
    return new StateMixer(other, write, scale);
  }

  public StateMixer withWrite(Write other) {
    return new StateMixer(decay, other, scale);
  }

  public StateMixer withScale(double other) {
    return new StateMixer(decay, write, other);
  }
}
