package dev.heed.lens;

import java.util.ArrayList;
import java.util.List;

/// Attention through several layers: how much of what stands at a position in the end came from
/// each token, if attention and residual stream were all that moved it. [Abnar and Zuidema
/// 2020](https://arxiv.org/abs/2005.00928) section 4.
public final class Rollout {
  private Rollout() {}

  /// The rollout up to each layer, `[L][T, T]`: `R_l = rows((A_l + I)) R_{l-1}`, rows with sum 1.
  ///
  /// @param layers the map of each layer, of the first one first, the mean of its heads for one
  public static List<double[][]> of(List<double[][]> layers) {
    List<double[][]> weighed = new ArrayList<>();
    layers.forEach(layer -> weighed.add(withResidual(layer)));
    return ofWeighed(weighed);
  }

  /// `rows(A + I)`: half of it attention, half of it what stays where it is.
  static double[][] withResidual(double[][] map) {
    double[][] sum = new double[map.length][];
    for (int q = 0; q < sum.length; q++) {
      sum[q] = map[q].clone();
      sum[q][q] += 1;
    }
    return normalized(sum);
  }

  /// The rollout of maps whose diagonals hold what the residual stream carries, those of norms of
  /// what is added for one: rows are brought to sum 1 and multiplied.
  public static List<double[][]> ofWeighed(List<double[][]> layers) {
    List<double[][]> all = new ArrayList<>();
    for (double[][] layer : layers) {
      double[][] stochastic = normalized(layer);
      if (layer.length != layers.getFirst().length) {
        throw new LensException(
            "rollout: a map of %d tokens after one of %d; maps of one text would fit"
                .formatted(layer.length, layers.getFirst().length));
      }
      all.add(all.isEmpty() ? stochastic : product(stochastic, all.getLast()));
    }
    return all;
  }

  /// Rows brought to sum 1; one of zeros looks at itself.
  static double[][] normalized(double[][] map) {
    double[][] rows = new double[map.length][map.length];
    for (int q = 0; q < map.length; q++) {
      if (map[q].length != map.length) {
        throw new LensException(
            "rollout: row %d has %d keys for %d queries; as many would fit"
                .formatted(q, map[q].length, map.length));
      }
      double sum = 0;
      for (double weight : map[q]) {
        sum += weight;
      }
      for (int k = 0; k < map.length; k++) {
        rows[q][k] = sum > 0 ? map[q][k] / sum : k == q ? 1 : 0;
      }
    }
    return rows;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][a.length];
    for (int q = 0; q < a.length; q++) {
      for (int i = 0; i < a.length; i++) {
        double weight = a[q][i];
        for (int k = 0; weight != 0 && k < a.length; k++) {
          c[q][k] += weight * b[i][k];
        }
      }
    }
    return c;
  }
}
