package dev.heed.layer;

import dev.heed.grad.Add;
import dev.heed.grad.Dropout;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.tensor.Tensor;
import java.util.Optional;

/// One block of a transformer: `x += mixer(x)`, then `x += feedForward(x)`, with norms where
/// [Norms] puts them. Without a feed-forward it mixes positions and does nothing else.
public record Block(Branch<Mixer> mixer, Optional<Branch<FeedForward>> feedForward) {
  public Block(Branch<Mixer> mixer, Branch<FeedForward> feedForward) {
    this(mixer, Optional.of(feedForward));
  }

  /// The norms of a branch, of which it may have any: `x = sum(x + after(layer(before(x))))`.
  public record Norms(Optional<Norm> before, Optional<Norm> after, Optional<Norm> sum) {
    /// Of what the layer reads alone, [Xiong et al. 2020](https://arxiv.org/abs/2002.04745).
    public static Norms pre(Norm before) {
      return new Norms(Optional.of(before), Optional.empty(), Optional.empty());
    }

    /// Of the sum alone, [Vaswani et al. 2017](https://arxiv.org/abs/1706.03762) section 5.4.
    public static Norms post(Norm sum) {
      return new Norms(Optional.empty(), Optional.empty(), Optional.of(sum));
    }

    /// Of what the layer reads and of what it adds, [Gemma 2](https://arxiv.org/abs/2408.00118)
    /// section 2.
    public static Norms sandwich(Norm before, Norm after) {
      return new Norms(Optional.of(before), Optional.of(after), Optional.empty());
    }
  }

  /// A layer between its norms, beside the residual stream.
  ///
  /// @param dropout the share of what the branch adds that a run that trains drops
  public record Branch<L>(Norms norms, L layer, float dropout) {
    /// A branch that drops nothing.
    public Branch(Norms norms, L layer) {
      this(norms, layer, 0);
    }

    public Branch<L> withDropout(float share) {
      return new Branch<>(norms, layer, share);
    }

    public Branch<L> withLayer(L other) {
      return new Branch<>(norms, other, dropout);
    }

    private Tensor enter(Tensor x, Site name, Run run) {
      return normed(x, norms.before(), name, run);
    }

    private Tensor leave(Tensor x, Tensor made, Site added, Site name, Run run) {
      Tensor sized = normed(made, norms.after(), new Site(name.path() + "_post"), run);
      Tensor addend = run.at(added, Dropout.apply(sized, dropout, run));
      return normed(run.apply(new Add(x, addend)), norms.sum(), name, run);
    }

    private static Tensor normed(Tensor x, Optional<Norm> norm, Site name, Run run) {
      return norm.isPresent() ? norm.get().forward(x, name, run) : x;
    }
  }

  /// @param x the residual stream `[B, T, D]`
  /// @return the residual stream `[B, T, D]`
  public Tensor forward(Tensor x, int block, Pass pass, Run run) {
    Tensor entering = run.at(Site.inBlock(block, "resid_pre"), x);
    Site first = Site.inBlock(block, "ln1");
    Tensor heard = mixer.enter(entering, first, run);
    Tensor mixed = mixer.layer().forward(heard, block, pass, run);
    Tensor middle = mixer.leave(entering, mixed, Site.inBlock(block, "attn_out"), first, run);
    Tensor last = feedForward.isPresent() ? fed(middle, block, feedForward.get(), run) : middle;
    return run.at(Site.inBlock(block, "resid_post"), last);
  }

  private static Tensor fed(Tensor x, int block, Branch<FeedForward> branch, Run run) {
    Tensor middle = run.at(Site.inBlock(block, "resid_mid"), x);
    Site second = Site.inBlock(block, "ln2");
    Tensor heard = branch.enter(middle, second, run);
    Tensor thought = branch.layer().forward(heard, block, run);
    return branch.leave(middle, thought, Site.inBlock(block, "mlp_out"), second, run);
  }
}
