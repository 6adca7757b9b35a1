package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import java.util.Arrays;

/// What is observed of materialised rows, in double precision.
final class ReferenceObservation {
  private final BoundCall call;
  private final AttentionShape shape;
  private final Statistics statistics;

  ReferenceObservation(BoundCall call, Statistics statistics) {
    this.call = call;
    this.shape = call.shape;
    this.statistics = statistics;
  }

  void run(Observers observers, Run run) {
    run.workers()
        .run(
            shape.batch() * shape.heads(),
            (head, _) -> {
              for (Observer observer : observers.each()) {
                observe(observer, head);
              }
            });
  }

  private void observe(Observer observer, int head) {
    ReferenceHeads heads = ReferenceHeads.of(call);
    ReferenceRow row = heads.rows[0];
    Tensor into = statistics.of(observer);
    double[] sums = new double[into.size() / (shape.batch() * shape.heads())];
    for (int t = 0; t < shape.queries(); t++) {
      heads.at(head / shape.heads(), head % shape.heads(), t).score();
      heads.normalize();
      switch (observer) {
        case Observer.Entropy _ -> sums[t] = row.entropy();
        case Observer.SinkMass _ -> sums[t] = row.sinkWeight();
        case Observer.Total _ -> sums[t] = Arrays.stream(row.weights).sum();
        case Observer.Visible _ -> sums[t] = Arrays.stream(visible(row)).sum();
        case Observer.SeenBy _ -> {
          int[] seen = visible(row);
          Arrays.setAll(sums, s -> sums[s] + seen[s]);
        }
        case Observer.OnKey(int key) -> sums[t] = key < shape.keys() ? weight(row, key) : 0;
        case Observer.Top top -> top(row, top, head * shape.queries() + t, sums);
        default -> add(observer, row, sums);
      }
    }
    for (int n = 0; n < sums.length; n++) {
      into.array()[into.offset() + head * sums.length + n] = (float) sums[n];
    }
  }

  private static double weight(ReferenceRow row, int s) {
    return row.visible[s] == 0 ? 0 : row.weights[s];
  }

  /// 1 for what the mask leaves, before chance drops any of it.
  private int[] visible(ReferenceRow row) {
    int[] seen = new int[shape.keys()];
    MapTile keys = new MapTile(row.b, row.h, row.t, row.t + 1, 0, seen.length);
    call.mask.reader(seen.length).fill(keys, seen);
    return Arrays.stream(seen).map(Math::negateExact).toArray();
  }

  private void add(Observer observer, ReferenceRow row, double[] sums) {
    int t = row.t;
    for (int s = 0; s < shape.keys(); s++) {
      double weight = weight(row, s);
      switch (observer) {
        case Observer.Coverage _ -> sums[s] += weight;
        case Observer.Maximum _ -> sums[t] = Math.max(sums[t], weight);
        case Observer.Distance _ -> {
          int distance = call.input.qPos().at(row.b, t) - call.input.kPos().at(row.b, s);
          sums[t] += weight * Math.abs(distance);
        }
        case Observer.BlockMap(int size) -> {
          int columns = Statistics.squares(shape.keys(), size);
          sums[t / size * columns + s / size] += weight / places(size, t, s);
        }
        default -> throw new IllegalStateException("no sum: " + observer);
      }
    }
  }

  /// Places of the square that a query and a key are in.
  private double places(int size, int t, int s) {
    double rows = Math.min(size, shape.queries() - t / size * size);
    return rows * Math.min(size, shape.keys() - s / size * size);
  }

  private void top(ReferenceRow row, Observer.Top top, int query, double[] weights) {
    int[] keys = statistics.keysOf(top);
    int width = top.width(shape.keys());
    int at = row.t * width;
    int toKeys = query * width;
    for (int n = 0; n < width; n++) {
      int best = -1;
      for (int s = 0; s < shape.keys(); s++) {
        boolean left = n == 0 || after(row.weights, s, keys[toKeys + n - 1]);
        boolean counts = row.visible[s] != 0 && !(row.weights[s] <= 0);
        best = counts && left && (best < 0 || after(row.weights, best, s)) ? s : best;
      }
      keys[toKeys + n] = best;
      weights[at + n] = best < 0 ? 0 : row.weights[best];
      if (best < 0) {
        Arrays.fill(keys, toKeys + n, toKeys + width, -1);
        return;
      }
    }
  }

  /// Whether key `s` comes after key `other`.
  private static boolean after(double[] weights, int s, int other) {
    int compared = Double.compare(weights[s], weights[other]);
    return compared < 0 || (compared == 0 && s > other);
  }
}
