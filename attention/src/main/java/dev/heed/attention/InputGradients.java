package dev.heed.attention;

/// Where the gradients of a call's inputs are added.
///
/// @param q `[B, H, T, E]`
/// @param k `[B, G, S, E]`
/// @param v `[B, G, S, W]`
/// @param sink `[H]`; of no length where the normalizer has no sink
public record InputGradients(HeadView q, HeadView k, HeadView v, float[] sink) {}
