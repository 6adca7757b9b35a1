package dev.heed.attention.source;

/// The definition of Nystrom's approximation for one head, in double precision.
final class NystromByHand {
  private NystromByHand() {}

  static double[][] of(double[][] q, double[][] k, double[][] v, int landmarks) {
    double[][] ql = means(q, landmarks);
    double[][] kl = means(k, landmarks);
    double[][] inverse = inverse(softmax(ql, kl));
    double[][] read = product(softmax(ql, k), v);
    return product(softmax(q, kl), product(inverse, read));
  }

  private static double[][] means(double[][] x, int count) {
    double[][] means = new double[count][x[0].length];
    for (int n = 0; n < count; n++) {
      int from = n * x.length / count;
      int to = (n + 1) * x.length / count;
      for (int t = from; t < to; t++) {
        for (int e = 0; e < x[0].length; e++) {
          means[n][e] += x[t][e] / (to - from);
        }
      }
    }
    return means;
  }

  private static double[][] softmax(double[][] q, double[][] k) {
    double[][] weights = product(q, transpose(k));
    for (double[] row : weights) {
      double total = 0;
      for (int s = 0; s < row.length; s++) {
        row[s] = Math.exp(row[s] / Math.sqrt(q[0].length));
        total += row[s];
      }
      for (int s = 0; s < row.length; s++) {
        row[s] /= total;
      }
    }
    return weights;
  }

  private static double[][] inverse(double[][] a) {
    double byRow = 0;
    double byColumn = 0;
    for (int n = 0; n < a.length; n++) {
      double row = 0;
      double column = 0;
      for (int other = 0; other < a.length; other++) {
        row += a[n][other];
        column += a[other][n];
      }
      byRow = Math.max(byRow, row);
      byColumn = Math.max(byColumn, column);
    }
    double[][] z = times(1 / (byRow * byColumn), transpose(a));
    for (int n = 0; n < 6; n++) {
      double[][] p = product(a, z);
      double[][] inner = product(p, minus(15, product(p, minus(7, p))));
      z = times(0.25, product(z, minus(13, inner)));
    }
    return z;
  }

  private static double[][] minus(double diagonal, double[][] a) {
    double[][] rest = times(-1, a);
    for (int n = 0; n < a.length; n++) {
      rest[n][n] += diagonal;
    }
    return rest;
  }

  private static double[][] times(double factor, double[][] a) {
    double[][] scaled = new double[a.length][a[0].length];
    for (int row = 0; row < a.length; row++) {
      for (int column = 0; column < a[0].length; column++) {
        scaled[row][column] = factor * a[row][column];
      }
    }
    return scaled;
  }

  private static double[][] transpose(double[][] a) {
    double[][] turned = new double[a[0].length][a.length];
    for (int row = 0; row < a.length; row++) {
      for (int column = 0; column < a[0].length; column++) {
        turned[column][row] = a[row][column];
      }
    }
    return turned;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int row = 0; row < a.length; row++) {
      for (int inner = 0; inner < b.length; inner++) {
        for (int column = 0; column < b[0].length; column++) {
          c[row][column] += a[row][inner] * b[inner][column];
        }
      }
    }
    return c;
  }
}
