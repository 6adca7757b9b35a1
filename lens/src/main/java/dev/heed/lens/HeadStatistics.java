package dev.heed.lens;

import dev.heed.checkpoint.Json;

/// How a head spreads its attention: means over the queries that see at least two keys.
///
/// Entropies and distances are those of rows brought to sum 1: weight that goes nowhere, to a sink
/// in the denominator, is spread over nothing. Queries are the last of the keys, so that what
/// stands before a text, or was read in earlier steps, counts as before them.
///
/// @param queries that count
/// @param entropy `-Σ A log A`, nats
/// @param entropyRatio entropy over that of equal weights on as many keys as the query sees, 0 to
///   1; with the longest row in the denominator early queries would look focused
/// @param span `exp` of the entropy: on how many keys the weight lies
/// @param max the largest weight, as it is
/// @param sink the weight of the first key, of the queries after it, likewise as it is
/// @param distance `Σ A |q - k|`, positions
public record HeadStatistics(
    long queries,
    double entropy,
    double entropyRatio,
    double span,
    double max,
    double sink,
    double distance) {

  /// What a query gives its keys: the sum of its weights, `-Σ A log A`, the largest, that of the
  /// first key and `Σ A |q - k|`.
  record Row(double sum, double entropy, double max, double onFirst, double distance) {}

  /// Of one pattern.
  public static HeadStatistics of(Pattern pattern) {
    Sum sum = new Sum();
    sum.add(pattern);
    return sum.mean();
  }

  /// What is more focus than none: one less [#entropyRatio].
  public double focus() {
    return 1 - entropyRatio;
  }

  /// All of it.
  public Json.Obj json() {
    return Json.object()
        .with("queries", queries)
        .with("entropy", entropy)
        .with("entropyRatio", entropyRatio)
        .with("span", span)
        .with("max", max)
        .with("sink", sink)
        .with("distance", distance);
  }

  /// Adds up pattern after pattern of a head, in memory that does not grow: a long text in windows.
  public static final class Sum {
    private long queries;
    private long sinkQueries;
    private double entropy;
    private double ratio;
    private double span;
    private double max;
    private double sink;
    private double distance;

    /// Of nothing yet.
    public Sum() {}

    /// Takes in the queries of a pattern.
    public void add(Pattern pattern) {
      for (int q = 0; q < pattern.queries(); q++) {
        int visible = pattern.visible(q);
        if (visible >= 2) {
          add(pattern, q, visible);
        }
      }
    }

    private void add(Pattern pattern, int q, int visible) {
      int own = pattern.ownKey(q);
      double rowEntropy = 0;
      double largest = 0;
      double sum = 0;
      double far = 0;
      for (int k = 0; k < pattern.keys(); k++) {
        double weight = pattern.get(q, k);
        rowEntropy -= weight > 0 ? weight * Math.log(weight) : 0;
        largest = Math.max(largest, weight);
        sum += weight;
        far += weight * Math.abs(own - k);
      }
      add(own, visible, new Row(sum, rowEntropy, largest, pattern.get(q, 0), far));
    }

    /// Takes in what was observed of a query that sees `visible` keys, at least two.
    ///
    /// @param own the key of the query itself
    void add(int own, int visible, Row row) {
      // of A / sum, from that of A
      double rowEntropy = row.sum > 0 ? Math.max(0, row.entropy / row.sum + Math.log(row.sum)) : 0;
      queries++;
      entropy += rowEntropy;
      ratio += rowEntropy / Math.log(visible);
      span += Math.exp(rowEntropy);
      max += row.max;
      distance += row.sum > 0 ? row.distance / row.sum : 0;
      if (own > 0) {
        sinkQueries++;
        sink += row.onFirst;
      }
    }

    /// The means so far; of no queries, zeros.
    public HeadStatistics mean() {
      double n = Math.max(1, queries);
      return new HeadStatistics(
          queries,
          entropy / n,
          ratio / n,
          span / n,
          max / n,
          sink / Math.max(1, sinkQueries),
          distance / n);
    }
  }
}
