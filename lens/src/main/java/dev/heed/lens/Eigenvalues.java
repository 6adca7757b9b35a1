package dev.heed.lens;

/// The eigenvalues of a real square matrix, which need not be symmetric: Householder's reflections
/// to Hessenberg's form, then shifted steps of QR in complex numbers, [Golub and Van Loan
/// 2013](https://doi.org/10.56021/9781421407944) sections 7.4 and 7.5.
final class Eigenvalues {
  private static final double EPSILON = 0x1p-52;
  private static final int MOST_STEPS = 100;

  private final int size;
  private final double[][] re;
  private final double[][] im;

  private Eigenvalues(double[][] matrix) {
    size = matrix.length;
    re = new double[size][];
    im = new double[size][size];
    for (int i = 0; i < size; i++) {
      re[i] = matrix[i].clone();
    }
  }

  /// Real and imaginary parts, in no order.
  static double[][] of(double[][] matrix) {
    Eigenvalues of = new Eigenvalues(matrix);
    of.reduce();
    of.deflate();
    double[][] values = new double[2][of.size];
    for (int i = 0; i < of.size; i++) {
      values[0][i] = of.re[i][i];
      values[1][i] = of.im[i][i];
    }
    return values;
  }

  /// Zeros below the first subdiagonal.
  private void reduce() {
    for (int column = 0; column < size - 2; column++) {
      double[] v = new double[size];
      double norm = 0;
      for (int i = column + 1; i < size; i++) {
        v[i] = re[i][column];
        norm = Math.hypot(norm, v[i]);
      }
      if (norm == 0) {
        continue;
      }
      v[column + 1] += Math.copySign(norm, v[column + 1]);
      double square = 0;
      for (double number : v) {
        square += number * number;
      }
      reflect(v, 2 / square);
    }
  }

  /// `P A P` with `P = I - f v vᵀ`.
  private void reflect(double[] v, double f) {
    for (int j = 0; j < size; j++) {
      double sum = 0;
      for (int i = 0; i < size; i++) {
        sum += v[i] * re[i][j];
      }
      for (int i = 0; i < size; i++) {
        re[i][j] -= f * sum * v[i];
      }
    }
    for (int i = 0; i < size; i++) {
      double sum = 0;
      for (int j = 0; j < size; j++) {
        sum += re[i][j] * v[j];
      }
      for (int j = 0; j < size; j++) {
        re[i][j] -= f * sum * v[j];
      }
    }
  }

  /// Steps until the subdiagonal is gone, from below.
  private void deflate() {
    int steps = 0;
    for (int last = size - 1; last > 0; ) {
      int first = last;
      while (first > 0 && !isSmall(first)) {
        first--;
      }
      if (first == last) {
        last--;
        steps = 0;
      } else if (++steps > MOST_STEPS) {
        throw new LensException(
            "eigenvalues: a matrix [%d, %d] does not come to rest; finite numbers would"
                .formatted(size, size));
      } else {
        step(first, last, steps);
      }
    }
  }

  /// Whether the number left of the diagonal is nothing; it is made so then.
  private boolean isSmall(int row) {
    double beside =
        Math.hypot(re[row][row], im[row][row])
            + Math.hypot(re[row - 1][row - 1], im[row - 1][row - 1]);
    boolean small = Math.hypot(re[row][row - 1], im[row][row - 1]) <= EPSILON * beside;
    if (small) {
      re[row][row - 1] = 0;
      im[row][row - 1] = 0;
    }
    return small;
  }

  /// One step on rows and columns `first` to `last`: `H - s I = Q R`, `H = R Q + s I`.
  private void step(int first, int last, int number) {
    double[] shift = shift(last);
    if (number % 10 == 0) {
      shift[0] += Math.hypot(re[last][last - 1], im[last][last - 1]);
    }
    for (int i = first; i <= last; i++) {
      re[i][i] -= shift[0];
      im[i][i] -= shift[1];
    }
    double[][] turns = new double[last + 1][];
    for (int i = first; i < last; i++) {
      turns[i] = turn(i);
      turnRows(i, turns[i], last);
    }
    for (int i = first; i < last; i++) {
      turnColumns(i, turns[i], first, last);
    }
    for (int i = first; i <= last; i++) {
      re[i][i] += shift[0];
      im[i][i] += shift[1];
    }
  }

  /// The eigenvalue of the last two rows that is nearer to the last number.
  private double[] shift(int last) {
    double[] a = {re[last - 1][last - 1], im[last - 1][last - 1]};
    double[] d = {re[last][last], im[last][last]};
    double[] bc =
        times(
            new double[] {re[last - 1][last], im[last - 1][last]},
            new double[] {re[last][last - 1], im[last][last - 1]});
    double[] half = {(a[0] - d[0]) / 2, (a[1] - d[1]) / 2};
    double[] square = times(half, half);
    double[] root = root(square[0] + bc[0], square[1] + bc[1]);
    // of half ± root the smaller one
    double sign = half[0] * root[0] + half[1] * root[1] > 0 ? -1 : 1;
    return new double[] {d[0] + half[0] + sign * root[0], d[1] + half[1] + sign * root[1]};
  }

  private static double[] times(double[] a, double[] b) {
    return new double[] {a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]};
  }

  private static double[] root(double x, double y) {
    double size = Math.hypot(x, y);
    double real = Math.sqrt((size + Math.abs(x)) / 2);
    double other = real == 0 ? 0 : Math.abs(y) / (2 * real);
    return x >= 0
        ? new double[] {real, Math.copySign(other, y)}
        : new double[] {other, Math.copySign(real, y)};
  }

  /// The cosine and the complex sine that bring the number below the diagonal to zero.
  private double[] turn(int i) {
    double size = Math.hypot(re[i][i], im[i][i]);
    double below = Math.hypot(re[i + 1][i], im[i + 1][i]);
    double norm = Math.hypot(size, below);
    if (norm == 0) {
      return new double[] {1, 0, 0};
    }
    double[] phase =
        size == 0 ? new double[] {1, 0} : new double[] {re[i][i] / size, im[i][i] / size};
    double[] sine = times(phase, new double[] {re[i + 1][i] / norm, -im[i + 1][i] / norm});
    return new double[] {size / norm, sine[0], sine[1]};
  }

  /// Rows `i` and `i + 1` times `[c, s; -conj s, c]`.
  private void turnRows(int i, double[] turn, int last) {
    for (int j = i; j <= last; j++) {
      double[] x = {re[i][j], im[i][j]};
      double[] y = {re[i + 1][j], im[i + 1][j]};
      double[] up = times(new double[] {turn[1], turn[2]}, y);
      double[] down = times(new double[] {-turn[1], turn[2]}, x);
      re[i][j] = turn[0] * x[0] + up[0];
      im[i][j] = turn[0] * x[1] + up[1];
      re[i + 1][j] = turn[0] * y[0] + down[0];
      im[i + 1][j] = turn[0] * y[1] + down[1];
    }
  }

  /// Columns `i` and `i + 1` times the conjugate transpose of the same.
  private void turnColumns(int i, double[] turn, int first, int last) {
    for (int row = first; row <= Math.min(last, i + 1); row++) {
      double[] x = {re[row][i], im[row][i]};
      double[] y = {re[row][i + 1], im[row][i + 1]};
      double[] left = times(new double[] {turn[1], -turn[2]}, y);
      double[] right = times(new double[] {-turn[1], -turn[2]}, x);
      re[row][i] = turn[0] * x[0] + left[0];
      im[row][i] = turn[0] * x[1] + left[1];
      re[row][i + 1] = turn[0] * y[0] + right[0];
      im[row][i + 1] = turn[0] * y[1] + right[1];
    }
  }
}
