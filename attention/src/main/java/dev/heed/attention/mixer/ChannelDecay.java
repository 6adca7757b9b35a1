package dev.heed.attention.mixer;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// A logarithm a position and channel.
///
/// What is left between two positions is not a factor of their score but of each of its addends.
/// Where no channel fades by more than [#NEAR] within the chunk, it is `exp(A_i)` on one side and
/// `exp(-A_j)` on the other, and scores are a product; else addend by addend, by exponentials of
/// differences, which do not overflow.
final class ChannelDecay implements ChunkDecay {
  /// The most that the logarithms of a chunk may sum up to: `e^60` and `e^-60` are floats.
  private static final float NEAR = 60;

  private final BoundMix call;
  private final Kernels kernels;
  private final Workspace scratch;
  private final int width;

  /// `A`, `[C, E]`.
  private final double[] sums;

  /// Its exponentials, `[C, E]`.
  private final Tensor begun;

  private final Tensor inverse;
  private final Tensor ending;
  private final Tensor reading;
  private final Tensor writing;
  private final float[] gradients;
  private int loaded;
  private boolean near;

  ChannelDecay(BoundMix call, int longest, Kernels kernels, Workspace scratch) {
    this.call = call;
    this.kernels = kernels;
    this.scratch = scratch;
    this.width = call.shape.width();
    this.sums = new double[longest * width];
    this.begun = scratch.take(longest, width);
    this.inverse = scratch.take(longest, width);
    this.ending = scratch.take(longest, width);
    this.reading = scratch.take(longest, width);
    this.writing = scratch.take(longest, width);
    this.gradients = new float[longest * width];
  }

  @Override
  public void load(int b, int n, Span span) {
    loaded = span.length();
    Tensor logs = call.input.decay().orElseThrow();
    double[] all = new double[width];
    for (int i = 0; i < loaded; i++) {
      int from = logs.offset() + call.place(b, n, span.from() + i) * width;
      for (int e = 0; e < width; e++) {
        all[e] += Decay.check(logs.array()[from + e]);
        sums[i * width + e] = all[e];
      }
    }
    near = true;
    for (double sum : all) {
      near &= sum > -NEAR;
    }
    int last = (loaded - 1) * width;
    for (int i = 0; i < loaded * width; i++) {
      begun.array()[begun.offset() + i] = (float) sums[i];
      inverse.array()[inverse.offset() + i] = near ? (float) -sums[i] : 0;
      ending.array()[ending.offset() + i] = (float) (sums[last + i % width] - sums[i]);
    }
    exponentials(begun);
    exponentials(inverse);
    exponentials(ending);
  }

  private void exponentials(Tensor x) {
    float[] array = x.array();
    int at = x.offset();
    kernels.rowsBackward().exponentials(1, 0, 0, array, at, array, at, loaded * width);
  }

  private Matrix rows(Tensor x) {
    return new Matrix(x.array(), x.offset(), loaded, width, width, 1);
  }

  @Override
  public void scores(Matrix q, Matrix k, Matrix p) {
    if (near) {
      multiply(q, begun, rows(reading));
      multiply(k, inverse, rows(writing));
      kernels.products().multiply(rows(reading), rows(writing).transpose(), p, scratch);
    }
    for (int i = 0; i < loaded; i++) {
      int row = p.offset() + i * p.rowStride();
      for (int j = 0; j <= i && !near; j++) {
        p.array()[row + j] = score(q, i, k, j);
      }
      Arrays.fill(p.array(), row + i + 1, row + loaded, 0);
    }
  }

  private float score(Matrix q, int i, Matrix k, int j) {
    int left = q.offset() + i * q.rowStride();
    int right = k.offset() + j * k.rowStride();
    float sum = 0;
    for (int e = 0; e < width; e++) {
      sum += q.array()[left + e] * k.array()[right + e] * between(i, j, e);
    }
    return sum;
  }

  private float between(int i, int j, int e) {
    return (float) Math.exp(sums[i * width + e] - sums[j * width + e]);
  }

  /// `to = x factors`, number by number.
  private void multiply(Matrix x, Tensor factors, Matrix to) {
    for (int i = 0; i < loaded; i++) {
      kernels
          .rows()
          .multiply(
              x.array(),
              x.offset() + i * x.rowStride(),
              factors.array(),
              factors.offset() + i * width,
              to.array(),
              to.offset() + i * to.rowStride(),
              width);
    }
  }

  @Override
  public void sinceBegin(Matrix x, Matrix to) {
    multiply(x, begun, to);
  }

  @Override
  public void untilEnd(Matrix x, Matrix to) {
    multiply(x, ending, to);
  }

  @Override
  public void fade(Matrix state) {
    for (int e = 0; e < width; e++) {
      float factor = begun.array()[begun.offset() + (loaded - 1) * width + e];
      int at = state.offset() + e * state.rowStride();
      kernels.rows().scale(factor, state.array(), at, state.array(), at, state.columns());
    }
  }

  @Override
  public void scoresBackward(Matrix dp, Matrix q, Matrix k, Matrix dq, Matrix dk) {
    if (!near) {
      farBackward(dp, q, k, dq, dk);
      return;
    }
    for (int i = 0; i < loaded; i++) {
      int row = dp.offset() + i * dp.rowStride();
      Arrays.fill(dp.array(), row + i + 1, row + loaded, 0);
    }
    multiply(k, inverse, rows(writing));
    kernels.products().multiply(dp, rows(writing), rows(reading), scratch);
    addProduct(rows(reading), begun, dq);
    multiply(q, begun, rows(reading));
    kernels.products().multiply(dp.transpose(), rows(reading), rows(writing), scratch);
    addProduct(rows(writing), inverse, dk);
  }

  private void addProduct(Matrix x, Tensor factors, Matrix to) {
    multiply(x, factors, x);
    for (int i = 0; i < loaded; i++) {
      int at = x.offset() + i * x.rowStride();
      int into = to.offset() + i * to.rowStride();
      kernels.rows().addScaled(1, x.array(), at, to.array(), into, width);
    }
  }

  private void farBackward(Matrix dp, Matrix q, Matrix k, Matrix dq, Matrix dk) {
    for (int i = 0; i < loaded; i++) {
      for (int j = 0; j <= i; j++) {
        float gradient = dp.array()[dp.offset() + i * dp.rowStride() + j];
        int read = i * q.rowStride();
        int written = j * k.rowStride();
        for (int e = 0; e < width; e++) {
          float share = gradient * between(i, j, e);
          dq.array()[dq.offset() + i * dq.rowStride() + e] +=
              share * k.array()[k.offset() + written + e];
          dk.array()[dk.offset() + j * dk.rowStride() + e] +=
              share * q.array()[q.offset() + read + e];
        }
      }
    }
  }

  @Override
  public void reads(Matrix x, Matrix dx) {
    add(1, x, dx);
  }

  @Override
  public void writes(Matrix x, Matrix dx) {
    add(-1, x, dx);
  }

  private void add(float sign, Matrix x, Matrix dx) {
    for (int i = 0; i < x.rows(); i++) {
      int at = x.offset() + i * x.rowStride();
      int of = dx.offset() + i * dx.rowStride();
      for (int e = 0; e < width; e++) {
        gradients[i * width + e] += sign * x.array()[at + e] * dx.array()[of + e];
      }
    }
  }

  @Override
  public void end(Matrix state, Matrix dState) {
    for (int e = 0; e < width; e++) {
      gradients[(loaded - 1) * width + e] += (float) HeadDecay.dot(state, dState, e);
    }
  }

  @Override
  public void finish(Tensor to, int b, int n, Span span) {
    double[] all = new double[width];
    for (int i = span.length() - 1; i >= 0; i--) {
      int at = to.offset() + call.place(b, n, span.from() + i) * width;
      for (int e = 0; e < width; e++) {
        all[e] += gradients[i * width + e];
        gradients[i * width + e] = 0;
        to.array()[at + e] = (float) all[e];
      }
    }
  }
}
