package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// RMS norm of every run of `gain`'s length, [Zhang and Sennrich
/// 2019](https://arxiv.org/abs/1910.07467).
///
/// A gain shorter than the innermost axis norms each head of a projection `[B, T, H·E]` on its own.
///
/// @param x `[..., n * width]`
/// @param gain `[width]`, an array weight
public record RmsNormalize(Tensor x, Weight gain, float epsilon) implements Operation {
  public RmsNormalize {
    NormShapes.check("rms norm", x, gain);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    float[] gains = gain.floats();
    int width = gains.length;
    Spread.rows(
        y,
        width,
        run,
        (from, to) -> {
          for (int r = from; r < to; r++) {
            run.kernels()
                .rows()
                .rmsNorm(
                    new Row(x.array(), x.offset() + r * width),
                    gains,
                    epsilon,
                    new Row(y.array(), y.offset() + r * width),
                    width);
          }
        });
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tensor dx = gradients.of(x);
    Tensor dGain = gradients.of(gain);
    int width = gain.floats().length;
    for (int r = 0; r < x.size() / width; r++) {
      backwardRow(dy, dx, dGain, r * width);
    }
  }

  // With c = 1 / sqrt(mean(x²) + ε): dgain = dy x c, dx = c (g - x c² mean(g x)) where g = dy gain.
  private void backwardRow(Tensor dy, Tensor dx, Tensor dGain, int row) {
    float[] gains = gain.floats();
    int width = gains.length;
    double squares = 0;
    double product = 0;
    for (int i = 0; i < width; i++) {
      double value = x.array()[x.offset() + row + i];
      squares += value * value;
      product += value * dy.array()[dy.offset() + row + i] * gains[i];
    }
    double factor = 1 / Math.sqrt(squares / width + epsilon);
    for (int i = 0; i < width; i++) {
      double value = x.array()[x.offset() + row + i];
      double upstream = dy.array()[dy.offset() + row + i];
      dGain.array()[dGain.offset() + i] += (float) (upstream * value * factor);
      dx.array()[dx.offset() + row + i] +=
          (float) (factor * (upstream * gains[i] - value * factor * factor * product / width));
    }
  }
}
