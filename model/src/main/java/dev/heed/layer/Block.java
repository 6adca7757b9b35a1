package dev.heed.layer;

import dev.heed.grad.Add;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.Optional;

/// One block of a pre-norm transformer: `x += attention(norm(x))`, then `x +=
/// feedForward(norm(x))`; each sum may have a norm on what it adds (a sandwich, [Gemma
/// 2](https://arxiv.org/abs/2408.00118) section 2).
public record Block(Branch<SelfAttention> attention, Branch<FeedForward> feedForward) {
  /// A layer between the norms of its branch.
  public record Branch<L>(Norm before, L layer, Optional<Norm> after) {
    /// A branch that norms its input alone.
    public Branch(Norm before, L layer) {
      this(before, layer, Optional.empty());
    }
  }

  /// @param x the residual stream `[B, T, D]`
  /// @return the residual stream `[B, T, D]`
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor entering = run.at(Site.inBlock(block, "resid_pre"), x);
    Tensor normed = normed(entering, attention.before(), block, "ln1.normalized", run);
    Tensor attended = attention.layer().forward(normed, block, pass, run);
    Tensor middle = added(entering, attended, attention.after(), block, "attn_out", run);
    Tensor seen = run.at(Site.inBlock(block, "resid_mid"), middle);
    Tensor fed = normed(seen, feedForward.before(), block, "ln2.normalized", run);
    Tensor thought = feedForward.layer().forward(fed, block, run);
    Tensor leaving = added(seen, thought, feedForward.after(), block, "mlp_out", run);
    return run.at(Site.inBlock(block, "resid_post"), leaving);
  }

  private static Tensor normed(Tensor x, Norm norm, int block, String point, Run run) {
    return run.at(Site.inBlock(block, point), norm.forward(x, run));
  }

  private static Tensor added(
      Tensor x, Tensor branch, Optional<Norm> after, int block, String point, Run run) {
    Tensor addend = after.isPresent() ? after.get().forward(branch, run) : branch;
    return run.apply(new Add(x, run.at(Site.inBlock(block, point), addend)));
  }
}
