package dev.heed.attention.source;

import dev.heed.kernel.Matrix;
import java.util.Arrays;

/// A small square matrix in double precision, which an iteration with differences of nearly equal
/// numbers needs.
///
/// @param numbers `[size, size]`
record Square(double[] numbers, int size) {
  /// What an iteration computes on its way, `Z' = ¼ Z (13 I - P (15 I - P (7 I - P)))`, `P = A Z`.
  private record Step(Square z, Square p, Square first, Square second, Square third) {}

  static Square of(Matrix matrix, int size) {
    Square square = new Square(new double[size * size], size);
    for (int row = 0; row < size; row++) {
      for (int column = 0; column < size; column++) {
        int at = matrix.offset() + row * matrix.rowStride() + column;
        square.numbers[row * size + column] = matrix.array()[at];
      }
    }
    return square;
  }

  void writeTo(Matrix matrix) {
    for (int n = 0; n < numbers.length; n++) {
      matrix.array()[place(matrix, n)] = (float) numbers[n];
    }
  }

  void addTo(Matrix matrix) {
    for (int n = 0; n < numbers.length; n++) {
      matrix.array()[place(matrix, n)] += (float) numbers[n];
    }
  }

  private int place(Matrix matrix, int n) {
    return matrix.offset() + n / size * matrix.rowStride() + n % size;
  }

  /// The pseudo-inverse after so many iterations.
  Square inverse(int iterations) {
    Square z = start();
    for (int n = 0; n < iterations; n++) {
      Step step = step(z);
      z = z.times(step.third).scaled(0.25);
    }
    return z;
  }

  private Square start() {
    return transposed().scaled(1 / (sums(largestColumn(), 1) * sums(largestRow(), size)));
  }

  private Step step(Square z) {
    Square p = times(z);
    Square first = p.from(7);
    Square second = p.times(first).from(15);
    return new Step(z, p, first, second, p.times(second).from(13));
  }

  /// The gradient of this matrix, given that of its pseudo-inverse.
  Square backward(int iterations, Square gradient) {
    Square[] path = new Square[iterations + 1];
    path[0] = start();
    for (int n = 0; n < iterations; n++) {
      path[n + 1] = path[n].times(step(path[n]).third).scaled(0.25);
    }
    Square sum = new Square(new double[numbers.length], size);
    Square dz = gradient;
    for (int n = iterations - 1; n >= 0; n--) {
      dz = back(step(path[n]), dz, sum);
    }
    addStart(dz, sum);
    return sum;
  }

  /// Adds to the gradient of this matrix, and returns that of the step's `Z`.
  private Square back(Step step, Square gradient, Square sum) {
    Square z = step.z;
    Square dThird = z.transposed().times(gradient).scaled(0.25);
    Square dz = gradient.times(step.third.transposed()).scaled(0.25);
    Square pTransposed = step.p.transposed();
    Square dp = dThird.times(step.second.transposed()).scaled(-1);
    Square dSecond = pTransposed.times(dThird).scaled(-1);
    dp.add(dSecond.times(step.first.transposed()).scaled(-1));
    Square dFirst = pTransposed.times(dSecond).scaled(-1);
    dp.add(dFirst.scaled(-1));
    sum.add(dp.times(z.transposed()));
    dz.add(transposed().times(dp));
    return dz;
  }

  /// Adds what the first `Z` gives: `Aᵀ` over the largest sums of a column and of a row.
  private void addStart(Square dz, Square sum) {
    int column = largestColumn();
    int row = largestRow();
    double byColumn = sums(column, 1);
    double byRow = sums(row, size);
    sum.add(dz.transposed().scaled(1 / (byColumn * byRow)));
    double both = 0;
    for (int n = 0; n < numbers.length; n++) {
      both += dz.numbers[n % size * size + n / size] * numbers[n];
    }
    both /= byColumn * byRow;
    for (int n = 0; n < size; n++) {
      int inColumn = n * size + column;
      int inRow = row * size + n;
      sum.numbers[inColumn] -= both / byColumn * Math.signum(numbers[inColumn]);
      sum.numbers[inRow] -= both / byRow * Math.signum(numbers[inRow]);
    }
  }

  private int largestColumn() {
    return largest(1);
  }

  private int largestRow() {
    return largest(size);
  }

  /// The line whose absolute numbers have the largest sum: a column for stride 1, else a row.
  private int largest(int stride) {
    int best = 0;
    for (int line = 1; line < size; line++) {
      best = sums(line, stride) > sums(best, stride) ? line : best;
    }
    return best;
  }

  private double sums(int line, int stride) {
    int step = stride == 1 ? size : 1;
    double sum = 0;
    for (int n = 0; n < size; n++) {
      sum += Math.abs(numbers[line * stride + n * step]);
    }
    return sum;
  }

  Square times(Square other) {
    Square product = new Square(new double[numbers.length], size);
    for (int row = 0; row < size; row++) {
      for (int inner = 0; inner < size; inner++) {
        product.addRow(row, numbers[row * size + inner], other, inner);
      }
    }
    return product;
  }

  /// Adds a row of another matrix times a factor.
  private void addRow(int row, double factor, Square other, int otherRow) {
    double[] from = other.numbers;
    double[] to = numbers;
    int at = otherRow * size;
    int toAt = row * size;
    int count = size;
    for (int column = 0; column < count; column++) {
      to[toAt + column] += factor * from[at + column];
    }
  }

  private Square transposed() {
    double[] turned = new double[numbers.length];
    for (int n = 0; n < numbers.length; n++) {
      turned[n % size * size + n / size] = numbers[n];
    }
    return new Square(turned, size);
  }

  private Square scaled(double factor) {
    return new Square(Arrays.stream(numbers).map(number -> factor * number).toArray(), size);
  }

  /// `diagonal · I` minus this matrix.
  private Square from(double diagonal) {
    Square rest = scaled(-1);
    for (int n = 0; n < size; n++) {
      rest.numbers[n * size + n] += diagonal;
    }
    return rest;
  }

  private void add(Square other) {
    for (int n = 0; n < numbers.length; n++) {
      numbers[n] += other.numbers[n];
    }
  }
}
