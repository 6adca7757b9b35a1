package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;

/// A block of operations of which only the result is kept: the backward computes the block once
/// more, [Chen et al. 2016](https://arxiv.org/abs/1604.06174). Costs a second forward, saves the
/// memory of every result inside.
///
/// What the block drops is drawn from the same streams both times.
public final class Recompute implements Operation {
  private final Tensor x;
  private final BiFunction<Tensor, Run, Tensor> block;
  private List<Operand> operands = List.of();
  private int drawn;

  /// @param block applies operations to `x` on the run that it is given, the same every time
  public Recompute(Tensor x, BiFunction<Tensor, Run, Tensor> block) {
    this.x = x;
    this.block = block;
  }

  /// The result of `block`; without a tape there is nothing to keep and nothing to recompute.
  public static Tensor apply(Tensor x, BiFunction<Tensor, Run, Tensor> block, Run run) {
    return run.tape().isPresent() ? run.apply(new Recompute(x, block)) : block.apply(x, run);
  }

  /// What the block read that it did not compute; known once the forward has run.
  @Override
  public List<Operand> operands() {
    return operands;
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    drawn = run.drawn();
    Tape inside = new Tape(run.tape());
    Tensor y = block.apply(x, run.nested(inside));
    operands = inside.discard(y);
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    Tape inside = new Tape(run.tape());
    Run again = run.nested(inside, drawn);
    inside.backward(block.apply(x, again), dy, gradients, again);
  }
}
