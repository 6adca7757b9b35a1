package dev.heed.cli;

/// What `heed attend` writes besides the result.
enum AttendStatistic {
  /// `-Σ w log w` of each row, `[B, H, T]`, in nats.
  ENTROPY,
  /// What each key is given by all queries, `[B, H, S]`.
  COVERAGE,
  /// The whole map of weights, `[B, H, T, S]`.
  WEIGHTS,
  /// The whole map of scores, -∞ where masked, `[B, H, T, S]`.
  SCORES;

  @Override
  public String toString() {
    return OptionValues.word(this);
  }
}
