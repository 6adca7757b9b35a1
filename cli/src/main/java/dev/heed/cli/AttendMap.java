package dev.heed.cli;

/// A whole map `[B, H, T, S]` that `heed attend` writes, whose memory grows with the square of the
/// length.
enum AttendMap {
  /// What the normalizer sees, -∞ where masked.
  SCORES,
  /// What the values are weighed by.
  WEIGHTS;

  @Override
  public String toString() {
    return OptionValues.word(this);
  }
}
