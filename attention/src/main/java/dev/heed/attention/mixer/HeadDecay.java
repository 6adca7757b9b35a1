package dev.heed.attention.mixer;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// One logarithm a position for all channels, or none.
final class HeadDecay implements ChunkDecay {
  private final BoundMix call;
  private final Kernels kernels;
  private final Workspace scratch;

  /// `exp(A_i - A_j)`, `[C, C]`; zeros above the diagonal.
  private final Tensor left;

  private final double[] sums;
  private final float[] begun;
  private final float[] ending;
  private final double[] gradients;
  private final boolean constant;
  private int loaded = -1;

  HeadDecay(BoundMix call, int longest, Kernels kernels, Workspace scratch) {
    this.call = call;
    this.kernels = kernels;
    this.scratch = scratch;
    this.left = scratch.take(longest, longest);
    this.sums = new double[longest];
    this.begun = new float[longest];
    this.ending = new float[longest];
    this.gradients = new double[longest];
    this.constant = call.input.decay().isEmpty();
  }

  @Override
  public void load(int b, int n, Span span) {
    if (constant && loaded == span.length()) {
      return;
    }
    loaded = span.length();
    double sum = 0;
    for (int i = 0; i < loaded; i++) {
      sum += log(b, n, span.from() + i);
      sums[i] = sum;
    }
    for (int i = 0; i < loaded; i++) {
      begun[i] = (float) Math.exp(sums[i]);
      ending[i] = (float) Math.exp(sum - sums[i]);
      int row = left.offset() + i * loaded;
      for (int j = 0; j <= i; j++) {
        left.array()[row + j] = (float) (sums[i] - sums[j]);
      }
      kernels.rowsBackward().exponentials(1, 0, 0, left.array(), row, left.array(), row, i + 1);
      Arrays.fill(left.array(), row + i + 1, row + loaded, 0);
    }
  }

  private float log(int b, int n, int t) {
    if (call.mixer.decay() instanceof Decay.Fixed fixed) {
      return fixed.log(n);
    }
    return call.input
        .decay()
        .map(logs -> Decay.check(logs.array()[logs.offset() + call.place(b, n, t)]))
        .orElse(0f);
  }

  @Override
  public void scores(Matrix q, Matrix k, Matrix p) {
    kernels.products().multiply(q, k.transpose(), p, scratch);
    fadeScores(p);
  }

  private void fadeScores(Matrix p) {
    for (int i = 0; i < loaded; i++) {
      int at = p.offset() + i * p.rowStride();
      kernels
          .rows()
          .multiply(p.array(), at, left.array(), left.offset() + i * loaded, p.array(), at, loaded);
    }
  }

  @Override
  public void sinceBegin(Matrix x, Matrix to) {
    scaleRows(x, begun, to);
  }

  @Override
  public void untilEnd(Matrix x, Matrix to) {
    scaleRows(x, ending, to);
  }

  private void scaleRows(Matrix x, float[] factors, Matrix to) {
    for (int i = 0; i < x.rows(); i++) {
      kernels
          .rows()
          .scale(
              factors[i],
              x.array(),
              x.offset() + i * x.rowStride(),
              to.array(),
              to.offset() + i * to.rowStride(),
              x.columns());
    }
  }

  @Override
  public void fade(Matrix state) {
    float factor = begun[loaded - 1];
    if (factor != 1) {
      int size = state.rows() * state.columns();
      kernels
          .rows()
          .scale(factor, state.array(), state.offset(), state.array(), state.offset(), size);
    }
  }

  @Override
  public void scoresBackward(Matrix dp, Matrix q, Matrix k, Matrix dq, Matrix dk) {
    fadeScores(dp);
    kernels.products().multiplyAdd(dp, k, dq, scratch);
    kernels.products().multiplyAdd(dp.transpose(), q, dk, scratch);
  }

  @Override
  public void reads(Matrix x, Matrix dx) {
    for (int i = 0; i < x.rows() && !constant; i++) {
      gradients[i] += dot(x, dx, i);
    }
  }

  @Override
  public void writes(Matrix x, Matrix dx) {
    for (int i = 0; i < x.rows() && !constant; i++) {
      gradients[i] -= dot(x, dx, i);
    }
  }

  @Override
  public void end(Matrix state, Matrix dState) {
    for (int e = 0; e < state.rows() && !constant; e++) {
      gradients[loaded - 1] += dot(state, dState, e);
    }
  }

  static double dot(Matrix a, Matrix b, int row) {
    int at = a.offset() + row * a.rowStride();
    int other = b.offset() + row * b.rowStride();
    double sum = 0;
    for (int i = 0; i < a.columns(); i++) {
      sum += (double) a.array()[at + i] * b.array()[other + i];
    }
    return sum;
  }

  @Override
  public void finish(Tensor to, int b, int n, Span span) {
    double sum = 0;
    for (int i = span.length() - 1; i >= 0; i--) {
      sum += gradients[i];
      gradients[i] = 0;
      to.array()[to.offset() + call.place(b, n, span.from() + i)] = (float) sum;
    }
  }
}
