package dev.heed.attention.mixer;

/// What queries and keys of kernelised attention are mapped to, so that `φ(q) φ(k)` stands in for
/// `exp(q k)`, [Katharopoulos et al. 2020](https://arxiv.org/abs/2006.16236) section 3.2.
public sealed interface FeatureMap {
  /// The number of features of a head of `width` numbers.
  default int features(int width) {
    return width;
  }

  /// The numbers as they are.
  record Identity() implements FeatureMap {}

  /// `elu(x) + 1`: `x + 1` above 0, `e^x` below; the paper's choice.
  record EluPlusOne() implements FeatureMap {}

  /// `max(x, 0)`.
  record Relu() implements FeatureMap {}

  static FeatureMap identity() {
    return new Identity();
  }

  static FeatureMap eluPlusOne() {
    return new EluPlusOne();
  }

  static FeatureMap relu() {
    return new Relu();
  }
}
