package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// Layer norm of every row, [Ba et al. 2016](https://arxiv.org/abs/1607.06450).
///
/// @param x `[..., width]`
/// @param gain `[width]`, an array weight
/// @param bias `[width]`, an array weight
public record LayerNormalize(Tensor x, Weight gain, Weight bias, float epsilon)
    implements Operation {
  public LayerNormalize {
    NormShapes.check("layer norm", x, gain);
    NormShapes.check("layer norm", x, bias);
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(x.shape());
    float[] gains = gain.floats();
    float[] biases = bias.floats();
    int width = gains.length;
    Spread.rows(
        y,
        width,
        run,
        (from, to) -> {
          for (int r = from; r < to; r++) {
            run.kernels()
                .rows()
                .layerNorm(
                    new Row(x.array(), x.offset() + r * width),
                    gains,
                    biases,
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
    Tensor dBias = gradients.of(bias);
    int width = gain.floats().length;
    for (int r = 0; r < x.size() / width; r++) {
      backwardRow(dy, dx, dGain, dBias, r * width);
    }
  }

  // With n = (x - mean) c: dgain = dy n, dbias = dy, dx = c (g - mean(g) - n mean(g n)), g = dy
  // gain.
  private void backwardRow(Tensor dy, Tensor dx, Tensor dGain, Tensor dBias, int row) {
    float[] gains = gain.floats();
    int width = gains.length;
    double mean = 0;
    for (int i = 0; i < width; i++) {
      mean += x.array()[x.offset() + row + i];
    }
    mean /= width;
    double variance = 0;
    for (int i = 0; i < width; i++) {
      double centred = x.array()[x.offset() + row + i] - mean;
      variance += centred * centred;
    }
    double factor = 1 / Math.sqrt(variance / width + epsilon);
    double sum = 0;
    double product = 0;
    for (int i = 0; i < width; i++) {
      double normal = (x.array()[x.offset() + row + i] - mean) * factor;
      double upstream = dy.array()[dy.offset() + row + i];
      dGain.array()[dGain.offset() + i] += (float) (upstream * normal);
      dBias.array()[dBias.offset() + i] += (float) upstream;
      sum += upstream * gains[i];
      product += upstream * gains[i] * normal;
    }
    for (int i = 0; i < width; i++) {
      double normal = (x.array()[x.offset() + row + i] - mean) * factor;
      double upstream = dy.array()[dy.offset() + row + i] * gains[i];
      dx.array()[dx.offset() + row + i] +=
          (float) (factor * (upstream - sum / width - normal * product / width));
    }
  }
}
