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
        (from, to) ->
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
                (from, to, out) ->
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
