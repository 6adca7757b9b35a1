package dev.heed.attention;

/// Where the gradients of a call's inputs are added.
///
/// @param q `[B, H, T, E]`
/// @param k `[B, G, S, E]`
/// @param v `[B, G, S, W]`
/// @param parameters of learned numbers, shaped as they are; one that is left out is not wanted
public record InputGradients(HeadView q, HeadView k, HeadView v, Parameters parameters) {
  /// Without learned numbers.
  public InputGradients(HeadView q, HeadView k, HeadView v) {
    this(q, k, v, Parameters.none());
  }
}
