package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Products;
import dev.heed.kernel.Rows.Row;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;

/// What becomes of the rows of a head before inner products are taken, and back.
///
/// Columns of all matrices are contiguous. A row that gets nothing back gives nothing on, whatever
/// its numbers are: nobody saw it.
interface RowMap {
  /// How wide rows of `width` numbers become.
  int width(int width);

  /// Writes the map of each row of `x` to `y`.
  void forward(int h, Matrix x, Matrix y);

  /// Adds what the rows get to `dx`, and what learned numbers get to the sums of this head.
  void backward(Rows of, Matrix dx, LearnedSums learned);

  /// The rows of head `h` of batch `b` and what their maps get.
  record Rows(int b, int h, Matrix x, Matrix dy) {
    /// The rows whose maps get something; zeros in the place of others.
    Matrix seen() {
      float[] seen = new float[x.rows() * x.columns()];
      for (int row = 0; row < x.rows(); row++) {
        if (gives(dy, row)) {
          System.arraycopy(x.array(), row(x, row), seen, row * x.columns(), x.columns());
        }
      }
      return Matrix.of(seen, x.rows(), x.columns());
    }
  }

  /// The inner product of two rows, in four sums, which a processor computes side by side.
  static float dot(float[] a, int aFrom, float[] b, int bFrom, int length) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int n = 0;
    for (; n + 3 < length; n += 4) {
      s0 += a[aFrom + n] * b[bFrom + n];
      s1 += a[aFrom + n + 1] * b[bFrom + n + 1];
      s2 += a[aFrom + n + 2] * b[bFrom + n + 2];
      s3 += a[aFrom + n + 3] * b[bFrom + n + 3];
    }
    for (; n < length; n++) {
      s0 += a[aFrom + n] * b[bFrom + n];
    }
    return s0 + s1 + (s2 + s3);
  }

  /// `y = factor x`.
  static void scale(float factor, Row x, Row y, int length) {
    for (int n = 0; n < length; n++) {
      y.array()[y.from() + n] = factor * x.array()[x.from() + n];
    }
  }

  /// `y += factor x`.
  static void add(float factor, Row x, Row y, int length) {
    for (int n = 0; n < length; n++) {
      y.array()[y.from() + n] += factor * x.array()[x.from() + n];
    }
  }

  /// `sums += a b`, by row.
  private static void add(Products products, Matrix a, Matrix b, double[] sums, Workers workers) {
    float[] product = new float[sums.length];
    products.multiply(a, b, Matrix.of(product, a.rows(), b.columns()), workers);
    for (int n = 0; n < product.length; n++) {
      sums[n] += product[n];
    }
  }

  /// Where a row begins.
  static int row(Matrix rows, int row) {
    return rows.offset() + row * rows.rowStride();
  }

  /// Whether a row of gradients has something to give on.
  static boolean gives(Matrix rows, int row) {
    for (int n = row(rows, row); n < row(rows, row) + rows.columns(); n++) {
      if (rows.array()[n] != 0) {
        return true;
      }
    }
    return false;
  }

  /// Rows as they are.
  record Same() implements RowMap {
    @Override
    public int width(int width) {
      return width;
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      for (int row = 0; row < x.rows(); row++) {
        System.arraycopy(x.array(), row(x, row), y.array(), row(y, row), x.columns());
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      for (int row = 0; row < dx.rows(); row++) {
        add(
            1,
            new Row(of.dy.array(), row(of.dy, row)),
            new Row(dx.array(), row(dx, row)),
            dx.columns());
      }
    }
  }

  /// `x / |x|`, for the cosine.
  record Unit() implements RowMap {
    @Override
    public int width(int width) {
      return width;
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      for (int row = 0; row < x.rows(); row++) {
        float inverse = (float) (1 / Math.max(length(x, row), Score.Cosine.SHORTEST));
        scale(
            inverse, new Row(x.array(), row(x, row)), new Row(y.array(), row(y, row)), x.columns());
      }
    }

    private static double length(Matrix x, int row) {
      int from = row(x, row);
      float square = dot(x.array(), from, x.array(), from, x.columns());
      if (square < Float.POSITIVE_INFINITY) {
        return Math.sqrt(square);
      }
      double large = 0; // beyond what a float holds, or no number
      for (int n = from; n < from + x.columns(); n++) {
        large += (double) x.array()[n] * x.array()[n];
      }
      return Math.sqrt(large);
    }

    /// `dx = (dy - y (y · dy)) / |x|`.
    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      Matrix x = of.x;
      Matrix dy = of.dy;
      for (int row = 0; row < dx.rows(); row++) {
        if (gives(dy, row)) {
          double length = length(x, row);
          double inverse = 1 / Math.max(length, Score.Cosine.SHORTEST);
          float along = dot(x.array(), row(x, row), dy.array(), row(dy, row), x.columns());
          add(
              (float) inverse,
              new Row(dy.array(), row(dy, row)),
              new Row(dx.array(), row(dx, row)),
              x.columns());
          if (!(length < Score.Cosine.SHORTEST)) {
            float back = (float) (-along * inverse * inverse * inverse);
            add(
                back,
                new Row(x.array(), row(x, row)),
                new Row(dx.array(), row(dx, row)),
                x.columns());
          }
        }
      }
    }
  }

  /// `Wᵀ x` with a matrix a head.
  record Bilinear(BoundCall call, Run run) implements RowMap {
    @Override
    public int width(int width) {
      return width;
    }

    private Matrix matrix(int h) {
      int width = call.shape.width();
      Tensor all = call.input.parameters().get("bilinear");
      int at = all.offset() + h * width * width;
      return new Matrix(all.array(), at, width, width, width, 1);
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      run.kernels().products().multiply(x, matrix(h), y, run.workers());
    }

    /// `dx = W dy` and `dW = x dyᵀ`.
    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      Products products = run.kernels().products();
      products.multiplyAdd(of.dy, matrix(of.h).transpose(), dx, run.workers());
      double[] sums = learned.of("bilinear", 0, of.b, of.h);
      if (sums.length > 0) {
        add(products, of.seen().transpose(), of.dy, sums, run.workers());
      }
    }
  }

  /// `x + u_h`, for the bias of content of modifier `xl`.
  record PlusContent(BoundCall call) implements RowMap {
    @Override
    public int width(int width) {
      return width;
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      Tensor u = call.input.parameters().get("xl.u");
      int width = x.columns();
      for (int row = 0; row < x.rows(); row++) {
        System.arraycopy(x.array(), row(x, row), y.array(), row(y, row), width);
        add(1, new Row(u.array(), u.offset() + h * width), new Row(y.array(), row(y, row)), width);
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      double[] sums = learned.of("xl.u", 0, of.b, of.h);
      for (int row = 0; row < dx.rows(); row++) {
        int from = row(of.dy, row);
        add(1, new Row(of.dy.array(), from), new Row(dx.array(), row(dx, row)), dx.columns());
        for (int e = 0; e < sums.length; e++) {
          sums[e] += of.dy.array()[from + e];
        }
      }
    }
  }

  /// `W x + b` with a layer a head, `[A, E]`, for the additive score.
  ///
  /// @param matrix the parameter `W`
  /// @param bias the parameter `b`, or nothing
  record Layer(BoundCall call, int hidden, String matrix, String bias, Run run) implements RowMap {
    @Override
    public int width(int width) {
      return hidden;
    }

    private Matrix matrix(int h) {
      int width = call.shape.width();
      Tensor all = call.input.parameters().get(matrix);
      int at = all.offset() + h * hidden * width;
      return new Matrix(all.array(), at, hidden, width, width, 1);
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      run.kernels().products().multiply(x, matrix(h).transpose(), y, run.workers());
      for (int row = 0; row < y.rows() && !bias.isEmpty(); row++) {
        for (int a = 0; a < hidden; a++) {
          y.array()[row(y, row) + a] += call.learned(bias, h * hidden + a);
        }
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      Products products = run.kernels().products();
      products.multiplyAdd(of.dy, matrix(of.h), dx, run.workers());
      double[] ofMatrix = learned.of(matrix, 0, of.b, of.h);
      if (ofMatrix.length > 0) {
        add(products, of.dy.transpose(), of.seen(), ofMatrix, run.workers());
      }
      double[] ofBias = learned.of(bias, 0, of.b, of.h);
      for (int row = 0; row < of.dy.rows(); row++) {
        for (int a = 0; a < ofBias.length; a++) {
          ofBias[a] += of.dy.array()[row(of.dy, row) + a];
        }
      }
    }
  }

  /// Times a learned factor a head, after another map.
  record Tempered(RowMap map, BoundCall call) implements RowMap {
    @Override
    public int width(int width) {
      return map.width(width);
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      map.forward(h, x, y);
      for (int row = 0; row < y.rows(); row++) {
        scale(
            call.temperature(h),
            new Row(y.array(), row(y, row)),
            new Row(y.array(), row(y, row)),
            y.columns());
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      Matrix dy = of.dy;
      double[] sums = learned.of("temperature", 0, of.b, of.h);
      int width = dy.columns();
      float[] mapped = new float[width];
      for (int row = 0; row < dy.rows() && sums.length > 0; row++) {
        if (gives(dy, row)) {
          Matrix x = of.x;
          int at = row(x, row);
          map.forward(
              of.h,
              new Matrix(x.array(), at, 1, x.columns(), x.rowStride(), 1),
              Matrix.of(mapped, 1, width));
          sums[0] += dot(mapped, 0, dy.array(), row(dy, row), width);
        }
      }
      float[] less = new float[dy.rows() * width];
      for (int row = 0; row < dy.rows(); row++) {
        scale(
            call.temperature(of.h),
            new Row(dy.array(), row(dy, row)),
            new Row(less, row * width),
            width);
      }
      map.backward(new Rows(of.b, of.h, of.x, Matrix.of(less, dy.rows(), width)), dx, learned);
    }
  }
}
