package dev.heed.layer;

import dev.heed.grad.Add;
import dev.heed.grad.Dropout;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.Optional;

/// One block of a pre-norm transformer: `x += attention(norm(x))`, then `x +=
/// feedForward(norm(x))`; each sum may have a norm on what it adds (a sandwich, [Gemma
/// 2](https://arxiv.org/abs/2408.00118) section 2).
public record Block(Branch<SelfAttention> attention, Branch<FeedForward> feedForward) {
  /// A layer between the norms of its branch.
  ///
  /// @param dropout the share of what the branch adds that a run that trains drops
  public record Branch<L>(Norm before, L layer, Optional<Norm> after, float dropout) {
    /// A branch that drops nothing.
    public Branch(Norm before, L layer, Optional<Norm> after) {
      this(before, layer, after, 0);
    }

    /// A branch that norms its input alone.
    public Branch(Norm before, L layer) {
      this(before, layer, Optional.empty());
    }

    public Branch<L> withDropout(float share) {
      return new Branch<>(before, layer, after, share);
    }

    public Branch<L> withLayer(L other) {
      return new Branch<>(before, other, after, dropout);
    }
  }

  /// @param x the residual stream `[B, T, D]`
  /// @return the residual stream `[B, T, D]`
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor entering = run.at(Site.inBlock(block, "resid_pre"), x);
    Site first = Site.inBlock(block, "ln1.normalized");
    Tensor normed = normed(entering, attention.before(), first, run);
    Tensor attended = attention.layer().forward(normed, block, pass, run);
    Tensor addend = run.at(Site.inBlock(block, "attn_out"), after(attention, attended, run));
    Tensor middle = run.apply(new Add(entering, addend));
    Tensor seen = run.at(Site.inBlock(block, "resid_mid"), middle);
    Site second = Site.inBlock(block, "ln2.normalized");
    Tensor fed = normed(seen, feedForward.before(), second, run);
    Tensor thought = feedForward.layer().forward(fed, block, run);
    Tensor last = run.at(Site.inBlock(block, "mlp_out"), after(feedForward, thought, run));
    return run.at(Site.inBlock(block, "resid_post"), run.apply(new Add(seen, last)));
  }

  private static Tensor normed(Tensor x, Norm norm, Site site, Run run) {
    return run.at(site, norm.forward(x, run));
  }

  private static Tensor after(Branch<?> branch, Tensor x, Run run) {
    Tensor normed = branch.after().isPresent() ? branch.after().get().forward(x, run) : x;
    return Dropout.apply(normed, branch.dropout(), run);
  }
}
