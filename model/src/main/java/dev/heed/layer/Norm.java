package dev.heed.layer;

import dev.heed.grad.LayerNormalize;
import dev.heed.grad.RmsNormalize;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// Brings rows to a common size.
public sealed interface Norm {
  /// @param x `[..., D]`
  /// @return `[..., D]`
  Tensor forward(Tensor x, Run run);

  /// The same for rows `[B, T, D]`, seen by a probe at two sites: `NAME.scale`, what rows are
  /// divided by, `[B, T, 1]`, and `NAME.normalized`, the result. Where the probe gives other
  /// scales, it is these that rows are divided by.
  default Tensor forward(Tensor x, Site name, Run run) {
    Site scale = new Site(name.path() + ".scale");
    Tensor y = run.probe().wants(scale) ? NormScale.forward(this, x, scale, run) : forward(x, run);
    return run.at(new Site(name.path() + ".normalized"), y);
  }

  /// Layer norm, [Ba et al. 2016](https://arxiv.org/abs/1607.06450).
  ///
  /// @param gain `[D]`
  /// @param bias `[D]`
  record LayerNorm(Weight gain, Weight bias, float epsilon) implements Norm {
    /// A norm whose bias is nothing, in no checkpoint and without a name.
    public static LayerNorm unbiased(Weight gain, float epsilon) {
      int width = gain.shape().axis(0);
      return new LayerNorm(gain, Weight.of("", new float[width], width), epsilon);
    }

    @Override
    public Tensor forward(Tensor x, Run run) {
      return run.apply(new LayerNormalize(x, gain, bias, epsilon));
    }
  }

  /// RMS norm, [Zhang and Sennrich 2019](https://arxiv.org/abs/1910.07467). A gain of a head's
  /// width norms each head of a projection on its own.
  ///
  /// @param gain `[D]` or `[E]`
  record RmsNorm(Weight gain, float epsilon) implements Norm {
    @Override
    public Tensor forward(Tensor x, Run run) {
      return run.apply(new RmsNormalize(x, gain, epsilon));
    }
  }
}
