package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows.Row;

/// The maps of the negative squared distance: two numbers more make an inner product of it.
final class DistanceMaps {
  private DistanceMaps() {}

  /// `[2 q, -|q|², -1]`, whose inner product with [Key]'s is `-|q - k|²`.
  record Query() implements RowMap {
    @Override
    public int width(int width) {
      return width + 2;
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      int width = x.columns();
      for (int row = 0; row < x.rows(); row++) {
        int from = RowMap.row(x, row);
        int to = RowMap.row(y, row);
        RowMap.scale(2, new Row(x.array(), from), new Row(y.array(), to), width);
        y.array()[to + width] = -RowMap.dot(x.array(), from, x.array(), from, width);
        y.array()[to + width + 1] = -1;
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      int width = dx.columns();
      for (int row = 0; row < dx.rows(); row++) {
        if (RowMap.gives(of.dy(), row)) {
          int from = RowMap.row(of.dy(), row);
          float length = -2 * of.dy().array()[from + width];
          RowMap.add(
              2, new Row(of.dy().array(), from), new Row(dx.array(), RowMap.row(dx, row)), width);
          RowMap.add(
              length,
              new Row(of.x().array(), RowMap.row(of.x(), row)),
              new Row(dx.array(), RowMap.row(dx, row)),
              width);
        }
      }
    }
  }

  /// `[k, 1, |k|²]`.
  record Key() implements RowMap {
    @Override
    public int width(int width) {
      return width + 2;
    }

    @Override
    public void forward(int h, Matrix x, Matrix y) {
      int width = x.columns();
      for (int row = 0; row < x.rows(); row++) {
        int from = RowMap.row(x, row);
        int to = RowMap.row(y, row);
        System.arraycopy(x.array(), from, y.array(), to, width);
        y.array()[to + width] = 1;
        y.array()[to + width + 1] = RowMap.dot(x.array(), from, x.array(), from, width);
      }
    }

    @Override
    public void backward(Rows of, Matrix dx, LearnedSums learned) {
      int width = dx.columns();
      for (int row = 0; row < dx.rows(); row++) {
        if (RowMap.gives(of.dy(), row)) {
          int from = RowMap.row(of.dy(), row);
          float length = 2 * of.dy().array()[from + width + 1];
          RowMap.add(
              1, new Row(of.dy().array(), from), new Row(dx.array(), RowMap.row(dx, row)), width);
          RowMap.add(
              length,
              new Row(of.x().array(), RowMap.row(of.x(), row)),
              new Row(dx.array(), RowMap.row(dx, row)),
              width);
        }
      }
    }
  }
}
