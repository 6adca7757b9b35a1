package dev.heed.attention.mixer;

import dev.heed.tensor.CounterRandom;

/// What queries and keys of kernelised attention are mapped to, so that `φ(q) φ(k)` stands in for
/// `exp(q k)`, [Katharopoulos et al. 2020](https://arxiv.org/abs/2006.16236) section 3.2.
public sealed interface FeatureMap permits FeatureMap.Rowwise, Favor {
  /// The number of features of a head of `width` numbers.
  int features(int width);

  /// A map of each head of each position on its own, which [MapFeatures] applies.
  sealed interface Rowwise extends FeatureMap {
    @Override
    default int features(int width) {
      return width;
    }
  }

  /// The numbers as they are.
  record Identity() implements Rowwise {}

  /// `elu(x) + 1`: `x + 1` above 0, `e^x` below; the paper's choice.
  record EluPlusOne() implements Rowwise {}

  /// `max(x, 0)`.
  record Relu() implements Rowwise {}

  /// `x / sqrt(|x|² + 1e-6)`, as the delta rule wants its keys, [Yang et al.
  /// 2024](https://arxiv.org/abs/2406.06484) section 3.3.
  record Unit() implements Rowwise {}

  /// The Taylor series of `exp(q k / sqrt(E))` to the second power: 1, the numbers, and their
  /// products, [Arora et al. 2024](https://arxiv.org/abs/2402.18668) section 4.1.
  record Taylor() implements Rowwise {
    @Override
    public int features(int width) {
      return Math.addExact(1 + width, Math.multiplyExact(width, width + 1) / 2);
    }
  }

  static FeatureMap.Rowwise identity() {
    return new Identity();
  }

  static FeatureMap.Rowwise eluPlusOne() {
    return new EluPlusOne();
  }

  static FeatureMap.Rowwise relu() {
    return new Relu();
  }

  static FeatureMap.Rowwise unit() {
    return new Unit();
  }

  static FeatureMap.Rowwise taylor() {
    return new Taylor();
  }

  /// Positive orthogonal random features, drawn from `random`.
  static Favor favor(int width, int features, CounterRandom random) {
    return Favor.drawn(width, features, random);
  }
}
