package dev.heed.lens;

import java.util.List;

/// Functions of whole patterns.
public final class Patterns {
  private Patterns() {}

  /// What each key receives from the queries that may see it, on average, `[S]`; 0 where none may.
  /// Plain column sums would favour the first keys of a causal text, which are seen most often.
  public static double[] coverage(Pattern pattern) {
    double[] received = new double[pattern.keys()];
    for (int k = 0; k < received.length; k++) {
      int seen = 0;
      for (int q = 0; q < pattern.queries(); q++) {
        if (pattern.sees(q, k)) {
          seen++;
          received[k] += pattern.get(q, k);
        }
      }
      received[k] /= Math.max(1, seen);
    }
    return received;
  }

  /// How differently two heads attend: the mean over queries of the Jensen-Shannon divergence of
  /// their rows, 0 to `ln 2`.
  public static double divergence(Pattern one, Pattern other) {
    if (one.queries() != other.queries() || one.keys() != other.keys()) {
      throw new LensException(
          "divergence: %s does not fit %s; patterns of one text would".formatted(one, other));
    }
    double sum = 0;
    for (int q = 0; q < one.queries(); q++) {
      sum += Distributions.jensenShannon(doubles(one.row(q)), doubles(other.row(q)));
    }
    return sum / one.queries();
  }

  /// How alike heads attend, 1 less [#divergence] over `ln 2`, `[H, H]`.
  public static double[][] similarity(List<Pattern> heads) {
    double[][] alike = new double[heads.size()][heads.size()];
    for (int a = 0; a < alike.length; a++) {
      alike[a][a] = 1;
      for (int b = 0; b < a; b++) {
        alike[a][b] = 1 - divergence(heads.get(a), heads.get(b)) / Math.log(2);
        alike[b][a] = alike[a][b];
      }
    }
    return alike;
  }

  /// The mean of the maps of heads, `[T, S]`.
  public static double[][] mean(List<Pattern> heads) {
    if (heads.isEmpty()) {
      throw new LensException("patterns: no head; at least one has a mean");
    }
    double[][] mean = new double[heads.getFirst().queries()][heads.getFirst().keys()];
    for (Pattern head : heads) {
      for (int q = 0; q < mean.length; q++) {
        for (int k = 0; k < mean[q].length; k++) {
          mean[q][k] += head.get(q, k) / heads.size();
        }
      }
    }
    return mean;
  }

  static double[] doubles(float[] numbers) {
    double[] same = new double[numbers.length];
    for (int i = 0; i < same.length; i++) {
      same[i] = numbers[i];
    }
    return same;
  }
}
