package dev.heed.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Points of a curve, from left to right.
@SuppressWarnings("ArrayRecordComponent")
public record Series(double[] x, double[] y) {
  static Series of(List<double[]> points) {
    return new Series(
        points.stream().mapToDouble(point -> point[0]).toArray(),
        points.stream().mapToDouble(point -> point[1]).toArray());
  }

  public int size() {
    return x.length;
  }

  public boolean isEmpty() {
    return x.length == 0;
  }

  double last() {
    return y[y.length - 1];
  }

  /// The place of the smallest value.
  int lowest() {
    int lowest = 0;
    for (int i = 1; i < y.length; i++) {
      lowest = y[i] < y[lowest] ? i : lowest;
    }
    return lowest;
  }

  /// Each value replaced by the mean of its neighbours, up to `reach` to each side; fewer near the
  /// beginning, where curves are steep and a wide mean would lag.
  public Series smoothed(int reach) {
    double[] sums = new double[y.length + 1];
    for (int i = 0; i < y.length; i++) {
      sums[i + 1] = sums[i] + y[i];
    }
    double[] smooth = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int side = Math.min(reach, i / 6);
      int to = Math.min(y.length, i + side + 1);
      smooth[i] = (sums[to] - sums[i - side]) / (to - i + side);
    }
    return new Series(x, smooth);
  }

  /// How far to smooth a curve of so many points.
  public int reach() {
    return Math.clamp(x.length / 60, 1, 250);
  }

  /// At most `most` points, each the mean of as many neighbours; the last stays where it is.
  public Series thinned(int most) {
    if (x.length <= most) {
      return this;
    }
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      int from = (int) ((long) i * x.length / most);
      int to = (int) ((i + 1L) * x.length / most);
      points.add(new double[] {mean(x, from, to), mean(y, from, to)});
    }
    points.getLast()[0] = x[x.length - 1];
    return of(points);
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElse(Double.NaN);
  }
}
