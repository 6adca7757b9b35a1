package dev.heed.kernel;

/// How a weight follows from a score `s` and the numbers that are known of its row by then,
/// `origin` and `offset`; and its rate, which the derivative of the weight by the score is as long
/// as those two stand still.
public sealed interface WeightRule {
  /// `w = 2^(s log2(e) - origin - offset)`: the largest score in powers of two, and what the row
  /// adds up to relative to it. Two numbers, because one would be as coarse as large scores are;
  /// the rate is the weight.
  record Exponential() implements WeightRule {}

  /// `w = 1 / (1 + exp(-s - bias))`, whatever the row; the rate is `w (1 - w)`.
  record Logistic(float bias) implements WeightRule {}

  /// `w = factor x^power` with `x = [slope (s - origin) - offset]₊`; the rate is `factor power
  /// slope x^(power - 1)`, 0 where `x` is.
  ///
  /// @param power 1 or more
  record Ramp(float slope, float power, float factor) implements WeightRule {}

  /// Whether rates are weights.
  default boolean ratesAreWeights() {
    return this instanceof Exponential;
  }
}
