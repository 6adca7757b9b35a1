package dev.heed.layer;

import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.ClampedGate;
import dev.heed.grad.CombineRows;
import dev.heed.grad.Multiply;
import dev.heed.grad.RouteTopK;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.TakeRows;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A mixture of experts, [Shazeer et al. 2017](https://arxiv.org/abs/1701.06538): a router asks the
/// `active` experts that it scores highest, each position for itself, and adds up what they say by
/// the softmax of their scores. An expert computes the positions that ask it and no others.
///
/// @param router `[X, D]`, a row an expert
/// @param active experts of a position
public record Experts(Linear router, int active, List<Expert> experts) implements FeedForward {
  public Experts {
    experts = List.copyOf(experts);
  }

  /// A gated feed-forward.
  ///
  /// @param gate `[F, D]`
  /// @param up `[F, D]`
  /// @param down `[D, F]`
  public record Expert(Linear gate, Linear up, Gate kind, Linear down) {
    private Tensor forward(Tensor x, Run run) {
      Tensor gates = gate.forward(x, run);
      Tensor linear = up.forward(x, run);
      Tensor gated =
          switch (kind) {
            case Gate.By(Activation activation) ->
                run.apply(new Multiply(run.apply(new Activate(gates, activation)), linear));
            case Gate.Clamped() -> run.apply(new ClampedGate(gates, linear));
          };
      return down.forward(gated, run);
    }
  }

  /// What an expert makes of its gate and its linear part.
  public sealed interface Gate {
    /// `f(gate) * up`.
    record By(Activation activation) implements Gate {}

    /// [ClampedGate].
    record Clamped() implements Gate {}
  }

  @Override
  public Tensor forward(Tensor x, int block, Run run) {
    Tensor logits = run.at(Site.inBlock(block, "mlp.router_logits"), router.forward(x, run));
    Tensor routed = run.apply(new RouteTopK(logits, active));
    Tensor weights = run.at(Site.inBlock(block, "mlp.expert_weights"), routed);
    List<CombineRows.Part> parts = new ArrayList<>();
    for (int e = 0; e < experts.size(); e++) {
      int[] rows = asking(weights, e);
      if (rows.length > 0) {
        Tensor made = experts.get(e).forward(run.apply(new TakeRows(x, rows)), run);
        parts.add(new CombineRows.Part(made, e, rows));
      }
    }
    return run.apply(new CombineRows(parts, weights));
  }

  /// The positions that give weight to an expert.
  private static int[] asking(Tensor weights, int expert) {
    int experts = weights.axis(-1);
    return IntStream.range(0, weights.shape().rows())
        .filter(row -> weights.array()[weights.offset() + row * experts + expert] != 0)
        .toArray();
  }
}
