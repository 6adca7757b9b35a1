package dev.heed.lens;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// How well one ranking fits another.
public final class Ranks {
  private Ranks() {}

  /// Kendall's `τ_b`, -1 to 1: of all pairs, those in the same order less those in the opposite
  /// one, with allowance for ties; 0 where either ranks nothing.
  public static double kendall(double[] one, double[] other) {
    check(one, other);
    double order = 0;
    double ofOne = 0;
    double ofOther = 0;
    for (int i = 0; i < one.length; i++) {
      for (int j = 0; j < i; j++) {
        double a = Math.signum(one[i] - one[j]);
        double b = Math.signum(other[i] - other[j]);
        order += a * b;
        ofOne += a * a;
        ofOther += b * b;
      }
    }
    return ofOne == 0 || ofOther == 0 ? 0 : order / Math.sqrt(ofOne * ofOther);
  }

  /// Spearman's `ρ`, -1 to 1: the correlation of ranks; 0 where either ranks nothing.
  public static double spearman(double[] one, double[] other) {
    check(one, other);
    double[] a = ranks(one);
    double[] b = ranks(other);
    double middle = (one.length - 1) / 2.0;
    double product = 0;
    double ofA = 0;
    double ofB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - middle) * (b[i] - middle);
      ofA += (a[i] - middle) * (a[i] - middle);
      ofB += (b[i] - middle) * (b[i] - middle);
    }
    return ofA == 0 || ofB == 0 ? 0 : product / Math.sqrt(ofA * ofB);
  }

  /// The area under the curve of hits over false alarms: how often something that is `true` scores
  /// above something that is not, a tie counting half; .5 is chance.
  public static double auc(double[] scores, boolean[] truth) {
    double above = 0;
    int pairs = 0;
    for (int i = 0; i < scores.length; i++) {
      for (int j = 0; truth[i] && j < scores.length; j++) {
        if (!truth[j]) {
          pairs++;
          above += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? .5 : 0;
        }
      }
    }
    if (pairs == 0) {
      throw new LensException(
          "auc: all of %d are alike; some true and some not would fit".formatted(scores.length));
    }
    return above / pairs;
  }

  /// Ranks from 0, ties sharing the mean of theirs.
  private static double[] ranks(double[] numbers) {
    Integer[] order = IntStream.range(0, numbers.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> numbers[i]));
    double[] ranks = new double[numbers.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && numbers[order[to]] == numbers[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to - 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static void check(double[] one, double[] other) {
    if (one.length != other.length) {
      throw new LensException(
          "ranks: %d and %d numbers; as many would fit".formatted(one.length, other.length));
    }
  }
}
