package dev.heed.layer;

import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Multiply;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;

/// What a block does with each position on its own.
public sealed interface FeedForward permits FeedForward.Plain, FeedForward.Gated, Experts {
  /// @param x `[B, T, D]`
  /// @param block the number of the block, for the sites
  /// @return `[B, T, D]`
  Tensor forward(Tensor x, int block, Run run);

  /// `down(f(up(x)))`, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) section 3.3.
  ///
  /// @param up `[F, D]`
  /// @param down `[D, F]`
  record Plain(Linear up, Activation activation, Linear down) implements FeedForward {
    @Override
    public Tensor forward(Tensor x, int block, Run run) {
      Tensor before = run.at(Site.inBlock(block, "mlp.pre"), up.forward(x, run));
      Tensor active = run.apply(new Activate(before, activation));
      return down.forward(run.at(Site.inBlock(block, "mlp.post"), active), run);
    }
  }

  /// `down(f(gate(x)) * up(x))`, [Shazeer 2020](https://arxiv.org/abs/2002.05202).
  ///
  /// @param gate `[F, D]`
  /// @param up `[F, D]`
  /// @param down `[D, F]`
  record Gated(Linear gate, Linear up, Activation activation, Linear down) implements FeedForward {
    @Override
    public Tensor forward(Tensor x, int block, Run run) {
      Tensor before = run.at(Site.inBlock(block, "mlp.pre"), gate.forward(x, run));
      Tensor active = run.apply(new Activate(before, activation));
      Tensor linear = run.at(Site.inBlock(block, "mlp.pre_linear"), up.forward(x, run));
      Tensor gated = run.apply(new Multiply(active, linear));
      return down.forward(run.at(Site.inBlock(block, "mlp.post"), gated), run);
    }
  }
}
