package dev.heed.attention.mixer;

import dev.heed.tensor.CounterRandom;

/// Positive orthogonal random features, [Choromanski et al.
/// 2021](https://arxiv.org/abs/2009.14794): `φ(x)_f = exp(w_f x' - |x'|² / 2) / sqrt(F)` with `x' =
/// x E^(-1/4)`, whose products are `exp(q k / sqrt(E))` on average over the directions `w`.
///
/// Directions are rows of random rotations, as long as rows of independent normal numbers are: `E`
/// at a time are orthogonal. The error grows with `|q + k|`, so that queries and keys of a fixed
/// length are better approximated.
public final class Favor implements FeatureMap {
  private final int width;
  private final int features;
  private final float[] directions;

  private Favor(int width, int features, float[] directions) {
    this.width = width;
    this.features = features;
    this.directions = directions;
  }

  static Favor drawn(int width, int features, CounterRandom random) {
    if (width < 1 || features < 1) {
      throw new MixerException(
          "favor: %d features of width %d; both must be at least 1".formatted(features, width));
    }
    double[][] rows = new double[features][];
    for (int f = 0; f < features; f++) {
      int block = f / width * width;
      rows[f] = orthogonal(normal(width, random.stream(2L * f)), rows, block, f);
    }
    float[] directions = new float[features * width];
    for (int f = 0; f < features; f++) {
      double length = Math.sqrt(dot(normal(width, random.stream(2L * f + 1))));
      for (int e = 0; e < width; e++) {
        directions[f * width + e] = (float) (length * rows[f][e] / Math.pow(width, 0.25));
      }
    }
    return new Favor(width, features, directions);
  }

  private static double[] normal(int width, CounterRandom random) {
    double[] row = new double[width];
    for (int e = 0; e < width; e++) {
      row[e] = random.normal(e);
    }
    return row;
  }

  /// A row less its share of those from `from` to `to`, of length 1.
  private static double[] orthogonal(double[] row, double[][] rows, int from, int to) {
    for (int i = from; i < to; i++) {
      double share = 0;
      for (int e = 0; e < row.length; e++) {
        share += row[e] * rows[i][e];
      }
      for (int e = 0; e < row.length; e++) {
        row[e] -= share * rows[i][e];
      }
    }
    double length = Math.sqrt(dot(row));
    for (int e = 0; e < row.length; e++) {
      row[e] /= length;
    }
    return row;
  }

  private static double dot(double[] row) {
    double sum = 0;
    for (double number : row) {
      sum += number * number;
    }
    return sum;
  }

  @Override
  public int features(int width) {
    if (width != this.width) {
      throw new MixerException(
          "favor: heads of width %d, directions of width %d; both must be the same"
              .formatted(width, this.width));
    }
    return features;
  }

  /// `[F, E]`, divided by the fourth root of the width.
  float[] directions() {
    return directions;
  }

  @Override
  public String toString() {
    return "favor(%d)".formatted(features);
  }
}
