package dev.heed.attention;

/// The gradients of what a call gives.
///
/// @param out of the result, `[B, H, T, W]`
/// @param entropy of the entropy of each row, `[B, H, T]`; of no length where there is none
/// @param coverage of the weight that each key gets from all queries, `[B, H, S]`; of no length
///   where there is none
public record OutputGradients(HeadView out, float[] entropy, float[] coverage) {
  private static final float[] NONE = {};

  /// The gradient of the result alone.
  public static OutputGradients of(HeadView out) {
    return new OutputGradients(out, NONE, NONE);
  }

  /// Whether statistics have gradients.
  boolean ofStatistics() {
    return entropy.length > 0 || coverage.length > 0;
  }
}
