package dev.heed.grad;

import dev.heed.kernel.Rows.Row;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Optional;

/// RMS norm of every run of `gain`'s length, [Zhang and Sennrich
/// 2019](https://arxiv.org/abs/1910.07467).
///
/// A gain shorter than the innermost axis norms each head of a projection `[B, T, H·E]` on its own.
///
/// @param x `[..., n * width]`
/// @param gain `[width]`, an array weight
public record RmsNormalize(Tensor x, Weight gain, float epsilon) implements Operation {
  public RmsNormalize {
    NormParts.check("rms norm", x, gain);
  }

  @Override
  public List<Operand> operands() {
    return List.of(x, gain);
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
        (from, to, _) ->
            run.kernels()
                .rows()
                .rmsNorm(
                    new Row(x.array(), x.offset() + from * width),
                    gains,
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
        List.of(NormParts.total(gain, gradients)),
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
                        .rmsNorm(
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
