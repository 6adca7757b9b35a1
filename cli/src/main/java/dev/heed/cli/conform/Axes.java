package dev.heed.cli.conform;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.tensor.Tensor;

/// Tensors of one layout in another.
final class Axes {
  private Axes() {}

  /// `[a, b, c, d]` as `[a, c, b, d]`.
  static Tensor swapMiddle(Tensor x) {
    int[] shape = x.shape().toArray();
    Tensor y = Tensor.zeros(shape[0], shape[2], shape[1], shape[3]);
    for (int a = 0; a < shape[0]; a++) {
      for (int b = 0; b < shape[1]; b++) {
        for (int c = 0; c < shape[2]; c++) {
          int from = ((a * shape[1] + b) * shape[2] + c) * shape[3];
          int to = ((a * shape[2] + c) * shape[1] + b) * shape[3];
          System.arraycopy(x.array(), x.offset() + from, y.array(), y.offset() + to, shape[3]);
        }
      }
    }
    return y;
  }

  /// `[a, b, c]` as `[a, c, b]`.
  static Tensor swapLast(Tensor x) {
    int[] shape = x.shape().toArray();
    return swapMiddle(x.reshape(shape[0], shape[1], shape[2], 1))
        .reshape(shape[0], shape[2], shape[1]);
  }

  /// How many numbers the axes from `axis` on hold together; a negative axis counts from the end.
  static int run(Tensor x, int axis, String operator) {
    int rank = x.shape().rank();
    int first = axis < 0 ? axis + rank : axis;
    if (first < 0 || first >= rank) {
      throw new CheckpointException(
          "%s: axis %d of %s; %d to %d would fit"
              .formatted(operator, axis, x.shape(), -rank, rank - 1));
    }
    int run = 1;
    for (int at = first; at < rank; at++) {
      run *= x.axis(at);
    }
    return run;
  }

  /// The numbers of `of`, repeated as broadcasting to the last `run` numbers of `x` repeats them.
  static float[] broadcast(Tensor of, Tensor x, int run, String operator) {
    int[] own = of.shape().toArray();
    int[] to = x.shape().toArray();
    int[] steps = new int[to.length];
    int step = 1;
    for (int back = 1; back <= own.length; back++) {
      int length = own[own.length - back];
      boolean fits = back <= to.length && (length == 1 || length == to[to.length - back]);
      if (!fits || (length > 1 && step(to, back) >= run)) {
        throw new UnsupportedCase(
            "%s: %s is not the same for every run of %d of %s"
                .formatted(operator, of.shape(), run, x.shape()));
      }
      steps[to.length - back] = length == 1 ? 0 : step;
      step *= length;
    }
    float[] numbers = new float[run];
    for (int n = 0; n < run; n++) {
      int rest = n;
      int at = 0;
      for (int axis = to.length - 1; axis >= 0; axis--) {
        at += rest % to[axis] * steps[axis];
        rest /= to[axis];
      }
      numbers[n] = of.array()[of.offset() + at];
    }
    return numbers;
  }

  /// Numbers between neighbours of the axis `back` from the end.
  private static int step(int[] shape, int back) {
    int step = 1;
    for (int at = 1; at < back; at++) {
      step *= shape[shape.length - at];
    }
    return step;
  }
}
