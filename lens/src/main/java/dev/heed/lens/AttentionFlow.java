package dev.heed.lens;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/// How much can flow from a position of the last layer down to each token, where each attention
/// weight is the capacity of a pipe. [Abnar and Zuidema 2020](https://arxiv.org/abs/2005.00928)
/// section 4. The residual stream alone carries half of every row, so that flows are nearly equal
/// in deep models: measured, it ranks tokens worse than [Rollout] does.
public final class AttentionFlow {
  /// The longest text; a flow takes time that grows as its cube and faster.
  public static final int LONGEST = 64;

  private final double[][] capacity;
  private final int length;
  private final int layers;

  private AttentionFlow(double[][] capacity, int length, int layers) {
    this.capacity = capacity;
    this.length = length;
    this.layers = layers;
  }

  /// The largest flow from a position of the last layer to each token, brought to sum 1, `[T]`.
  ///
  /// @param maps `[L][T, T]` of each layer, of the first one first
  public static double[] of(List<double[][]> maps, int position) {
    int length = maps.isEmpty() ? 0 : maps.getFirst().length;
    if (position < 0 || position >= length) {
      throw new LensException(
          "flow: position %d is not in %d layers of %d tokens"
              .formatted(position, maps.size(), length));
    }
    if (length > LONGEST) {
      throw new LensException(
          "flow: a text of %d tokens; up to %d would fit".formatted(length, LONGEST));
    }
    double[] flow = new double[length];
    double sum = 0;
    for (int key = 0; key < length; key++) {
      flow[key] = graph(maps, length).largest(maps.size() * length + position, key);
      sum += flow[key];
    }
    for (int key = 0; key < length; key++) {
      flow[key] /= sum;
    }
    return flow;
  }

  /// A node for each token and layer, `l T + t`, edges from layer `l` to `l - 1`.
  private static AttentionFlow graph(List<double[][]> maps, int length) {
    int layers = maps.size();
    double[][] capacity = new double[(layers + 1) * length][(layers + 1) * length];
    for (int layer = 0; layer < layers; layer++) {
      double[][] rows = Rollout.withResidual(maps.get(layer));
      for (int q = 0; q < length; q++) {
        System.arraycopy(rows[q], 0, capacity[(layer + 1) * length + q], layer * length, length);
      }
    }
    return new AttentionFlow(capacity, length, layers);
  }

  /// [Dinic 1970](https://en.wikipedia.org/wiki/Dinic%27s_algorithm): shortest paths, as many at
  /// once as there are.
  private double largest(int from, int to) {
    double total = 0;
    int[] level = new int[capacity.length];
    while (reach(from, to, level)) {
      int[] next = new int[capacity.length];
      double pushed = push(from, to, Double.POSITIVE_INFINITY, level, next);
      while (pushed > 0) {
        total += pushed;
        pushed = push(from, to, Double.POSITIVE_INFINITY, level, next);
      }
    }
    return total;
  }

  private boolean reach(int from, int to, int[] level) {
    Arrays.fill(level, -1);
    level[from] = 0;
    ArrayDeque<Integer> queue = new ArrayDeque<>(List.of(from));
    while (!queue.isEmpty()) {
      int node = queue.poll();
      for (int other = first(node); other < end(node); other++) {
        if (level[other] < 0 && capacity[node][other] > 1e-12) {
          level[other] = level[node] + 1;
          queue.add(other);
        }
      }
    }
    return level[to] >= 0;
  }

  private double push(int node, int to, double most, int[] level, int[] next) {
    if (node == to) {
      return most;
    }
    for (next[node] = Math.max(next[node], first(node)); next[node] < end(node); next[node]++) {
      int other = next[node];
      double open = capacity[node][other];
      if (open > 1e-12 && level[other] == level[node] + 1) {
        double pushed = push(other, to, Math.min(most, open), level, next);
        if (pushed > 0) {
          capacity[node][other] -= pushed;
          capacity[other][node] += pushed;
          return pushed;
        }
      }
    }
    return 0;
  }

  /// Neighbours of a node are in the layers beside its own.
  private int first(int node) {
    return Math.max(0, (node / length - 1) * length);
  }

  private int end(int node) {
    return Math.min(layers + 1, node / length + 2) * length;
  }
}
