package dev.heed.attention.mixer;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// A logarithm a position and channel.
final class ChannelDecay implements ChunkDecay {
  private final BoundMix call;
  private final int width;

  /// `A`, `[C, E]`.
  private final float[] sums;

  private final float[] gradients;
  private int loaded;

  ChannelDecay(BoundMix call, int longest, Kernels kernels, Workspace scratch) {
    this.call = call;
    this.width = call.shape.width();
    this.sums = new float[longest * width];
    this.gradients = new float[longest * width];
  }

  @Override
  public void load(int b, int n, Span span) {
    loaded = span.length();
    Tensor logs = call.input.decay().orElseThrow();
    for (int e = 0; e < width; e++) {
      double sum = 0;
      for (int i = 0; i < loaded; i++) {
        int at = logs.offset() + call.place(b, n, span.from() + i) * width + e;
        sum += Decay.check(logs.array()[at]);
        sums[i * width + e] = (float) sum;
      }
    }
  }

  @Override
  public void scores(Matrix q, Matrix k, Matrix p) {
    for (int i = 0; i < loaded; i++) {
      int row = p.offset() + i * p.rowStride();
      for (int j = 0; j <= i; j++) {
        int left = q.offset() + i * q.rowStride();
        int right = k.offset() + j * k.rowStride();
        float sum = 0;
        for (int e = 0; e < width; e++) {
          sum += q.array()[left + e] * k.array()[right + e] * between(i, j, e);
        }
        p.array()[row + j] = sum;
      }
      Arrays.fill(p.array(), row + i + 1, row + loaded, 0);
    }
  }

  private float between(int i, int j, int e) {
    return (float) Math.exp(sums[i * width + e] - sums[j * width + e]);
  }

  @Override
  public void sinceBegin(Matrix x, Matrix to) {
    for (int i = 0; i < x.rows(); i++) {
      for (int e = 0; e < width; e++) {
        to.array()[to.offset() + i * to.rowStride() + e] =
            (float) Math.exp(sums[i * width + e]) * x.array()[x.offset() + i * x.rowStride() + e];
      }
    }
  }

  @Override
  public void untilEnd(Matrix x, Matrix to) {
    for (int i = 0; i < x.rows(); i++) {
      for (int e = 0; e < width; e++) {
        to.array()[to.offset() + i * to.rowStride() + e] =
            between(loaded - 1, i, e) * x.array()[x.offset() + i * x.rowStride() + e];
      }
    }
  }

  @Override
  public void fade(Matrix state) {
    for (int e = 0; e < width; e++) {
      float factor = (float) Math.exp(sums[(loaded - 1) * width + e]);
      int at = state.offset() + e * state.rowStride();
      for (int w = 0; w < state.columns(); w++) {
        state.array()[at + w] *= factor;
      }
    }
  }

  @Override
  public void scoresBackward(Matrix dp, Matrix q, Matrix k, Matrix dq, Matrix dk) {
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
      for (int e = 0; e < width; e++) {
        gradients[i * width + e] +=
            sign
                * x.array()[x.offset() + i * x.rowStride() + e]
                * dx.array()[dx.offset() + i * dx.rowStride() + e];
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
    for (int e = 0; e < width; e++) {
      double sum = 0;
      for (int i = span.length() - 1; i >= 0; i--) {
        sum += gradients[i * width + e];
        gradients[i * width + e] = 0;
        to.array()[to.offset() + call.place(b, n, span.from() + i) * width + e] = (float) sum;
      }
    }
  }
}
