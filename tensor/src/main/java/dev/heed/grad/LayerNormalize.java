package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// Layer norm of every row, [Ba et al. 2016](https://arxiv.org/abs/1607.06450).
///
/// @param x `[..., width]`
/// @param gain `[width]`, an array weight
/// @param bias `[width]`, an array weight
public record LayerNormalize(Tensor x, Weight gain, Weight bias, float epsilon)
    implements Operation {
  public LayerNormalize {
    NormParts.check("layer norm", x, gain);
    NormParts.check("layer norm", x, bias);
  }

  @Override
  public List<Operand> operands() {
    return List.of(x, gain, bias);
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
        (from, to, _) ->
            run.kernels()
                .rows()
                .layerNorm(
                    new Row(x.array(), x.offset() + from * width),
                    gains,
                    biases,
                    epsilon,
                    new Row(y.array(), y.offset() + from * width),
                    to - from,
                    width));
    return y;
  }

  /// The mean of every row, `[rows]`.
  public Tensor means() {
    return moments(0);
  }

  /// What every row is multiplied by after its mean is taken off, `1 / √(variance + ε)`, `[rows]`.
  public Tensor inverseDeviations() {
    return moments(1);
  }

  private Tensor moments(int which) {
    int width = gain.shape().axis(0);
    Tensor moments = Tensor.zeros(x.size() / width);
    for (int row = 0; row < moments.size(); row++) {
      double mean = 0;
      double variance = 0;
      for (int i = 0; i < width; i++) {
        mean += x.array()[x.offset() + row * width + i] / (double) width;
      }
      for (int i = 0; i < width; i++) {
        double apart = x.array()[x.offset() + row * width + i] - mean;
        variance += apart * apart / width;
      }
      double moment = which == 0 ? mean : 1 / Math.sqrt(variance + epsilon);
      moments.array()[row] = (float) moment;
    }
    return moments;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    int width = gain.shape().axis(0);
    Optional<Gradients.Sum> dx = NormParts.sum(x, gradients);
    ColumnSums.gather(
        x.size() / width,
        width,
        List.of(NormParts.total(gain, gradients), NormParts.total(bias, gradients)),
        run,
        task ->
            NormParts.addRows(
                dx,
                width,
                task,
                run,
                (from, to, out, _) ->
                    run.kernels()
                        .rowsBackward()
                        .layerNorm(
                            new Row(x.array(), x.offset() + from),
                            gain.floats(),
                            epsilon,
                            new Row(dy.array(), dy.offset() + from),
                            out,
                            new Row(task.sums(), task.at()),
                            (to - from) / width,
                            width)));
  }
}
