package dev.heed.layer;

import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.Arrays;

/// What a norm divides rows by, for whoever looks.
final class NormScale {
  private NormScale() {}

  /// The result of a norm whose scales a probe sees.
  ///
  /// @param x `[B, T, D]`
  static Tensor forward(Norm norm, Tensor x, Site site, Run run) {
    Tensor scale = scale(norm, x);
    float[] computed = scale.toArray();
    Tensor given = run.at(site, scale);
    return Arrays.equals(computed, given.toArray())
        ? norm.forward(x, run)
        : divided(norm, x, given);
  }

  private static Tensor scale(Norm norm, Tensor x) {
    Tensor scale = Tensor.zeros(x.shape().withLast(1));
    double epsilon =
        switch (norm) {
          case Norm.LayerNorm layer -> layer.epsilon();
          case Norm.RmsNorm rms -> rms.epsilon();
        };
    int width = x.axis(-1);
    for (int row = 0; row < scale.size(); row++) {
      double mean = mean(norm, x, row);
      double squares = 0;
      for (int i = 0; i < width; i++) {
        double centred = x.array()[x.offset() + row * width + i] - mean;
        squares += centred * centred;
      }
      scale.array()[row] = (float) Math.sqrt(squares / width + epsilon);
    }
    return scale;
  }

  /// What is taken off a row before it is divided.
  private static double mean(Norm norm, Tensor x, int row) {
    if (norm instanceof Norm.RmsNorm) {
      return 0;
    }
    int width = x.axis(-1);
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum += x.array()[x.offset() + row * width + i];
    }
    return sum / width;
  }

  private static Tensor divided(Norm norm, Tensor x, Tensor scale) {
    int width = x.axis(-1);
    float[] gain =
        switch (norm) {
          case Norm.LayerNorm layer -> layer.gain().floats();
          case Norm.RmsNorm rms -> rms.gain().floats();
        };
    float[] bias = norm instanceof Norm.LayerNorm layer ? layer.bias().floats() : new float[width];
    Tensor y = Tensor.zeros(x.shape());
    for (int row = 0; row < scale.size(); row++) {
      double mean = mean(norm, x, row);
      double divisor = scale.array()[scale.offset() + row];
      for (int i = 0; i < width; i++) {
        double centred = x.array()[x.offset() + row * width + i] - mean;
        y.array()[row * width + i] = (float) (centred / divisor * gain[i] + bias[i]);
      }
    }
    return y;
  }
}
