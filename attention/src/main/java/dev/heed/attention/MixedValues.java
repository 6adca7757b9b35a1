package dev.heed.attention;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Learned values of distances in a [MixedBlock]: the weights of a row add up by distance, and
/// these sums are what the values are weighed with. A row changes its distance seldom where keys
/// stand in order: all that is farther than the reach counts as one.
final class MixedValues {
  private final MixedBlock block;
  private final RelativeKeys values;

  MixedValues(MixedBlock block, RelativeKeys values) {
    this.block = block;
    this.values = values;
  }

  /// Adds the weighted values of a head to its results, `[n, W]`.
  void addTo(Matrix out, int h) {
    Workspace.Mark mark = block.scratch.mark();
    Matrix sums = sums(h);
    block.multiplyAdd(sums, values.matrix(), out);
    block.scratch.release(mark);
  }

  /// Adds what the weights of a head get of the gradients of its results, `[n, W]`, to the block's
  /// gradients, and what the values get.
  void back(Matrix dOut, int h, LearnedSums learned) {
    Workspace.Mark mark = block.scratch.mark();
    Matrix shares = matrix(block.queries(), values.count());
    Matrix transposed = values.matrix().transpose();
    block.kernels.products().multiply(dOut, transposed, shares, block.scratch);
    for (int t = 0; t < block.queries(); t++) {
      Runs runs = new Runs(block.t0 + t);
      while (runs.next()) {
        float share = shares.array()[shares.offset() + t * values.count() + runs.index];
        add(share, block.row(h, block.t0 + t), runs);
      }
    }
    double[] wanted = learned.of(Mixing.VALUES, 0, block.b, h);
    if (wanted.length > 0) {
      Matrix products = matrix(values.count(), values.width());
      block.multiplyAdd(sums(h).transpose(), dOut, products);
      for (int n = 0; n < wanted.length; n++) {
        wanted[n] += products.array()[products.offset() + n];
      }
    }
    block.scratch.release(mark);
  }

  private void add(float share, int row, Runs runs) {
    float[] gradients = block.maps.gradients;
    for (int n = row + runs.from; n < row + runs.to; n++) {
      gradients[n] += share;
    }
  }

  /// What the weights of each query add up to, by distance, `[n, 2 reach + 1]`.
  private Matrix sums(int h) {
    Matrix sums = matrix(block.queries(), values.count());
    for (int t = 0; t < block.queries(); t++) {
      Runs runs = new Runs(block.t0 + t);
      int row = block.row(h, block.t0 + t);
      while (runs.next()) {
        int at = sums.offset() + t * values.count() + runs.index;
        sums.array()[at] += sum(block.maps.last, row + runs.from, row + runs.to);
      }
    }
    return sums;
  }

  /// A sum in four, which a processor computes side by side.
  private static float sum(float[] weights, int from, int to) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int n = from;
    for (; n + 3 < to; n += 4) {
      s0 += weights[n];
      s1 += weights[n + 1];
      s2 += weights[n + 2];
      s3 += weights[n + 3];
    }
    for (; n < to; n++) {
      s0 += weights[n];
    }
    return s0 + s1 + (s2 + s3);
  }

  /// Zeros that live as long as the caller's mark.
  private Matrix matrix(int rows, int columns) {
    Tensor zeros = block.scratch.take(rows, columns);
    zeros.fill(0);
    return Matrix.of(zeros);
  }

  /// Keys in a row that have one distance from a query.
  private final class Runs {
    private final Positions keys = block.call.input.kPos();
    private final int position;
    int index;
    int from;
    int to;

    Runs(int t) {
      this.position = block.call.input.qPos().at(block.b, t);
    }

    /// Moves to the next keys, from [#from] to [#to] of the block; false where there are no more.
    boolean next() {
      from = to;
      if (from == block.keys()) {
        return false;
      }
      index = at(from);
      do {
        to++;
      } while (to < block.keys() && at(to) == index);
      return true;
    }

    private int at(int key) {
      return values.index(keys.at(block.b, block.s0 + key) - position);
    }
  }
}
