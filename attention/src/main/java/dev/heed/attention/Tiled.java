package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.QueryBlock;
import dev.heed.tensor.Workspace;
import java.util.Optional;

/// The default: tiles of queries and keys, an online softmax, no map; memory grows with the number
/// of positions, and tiles that the mask empties cost nothing.
///
/// [Rabe and Staats 2021](https://arxiv.org/abs/2112.05682), [Dao
/// 2023](https://arxiv.org/abs/2307.08691).
public record Tiled() implements Executor {
  /// Keys of the shortest run that is visited or left out by the mask's arithmetic, as many as a
  /// block has queries, so that blocks of powers of two are visible as a whole or not at all; what
  /// is visited is computed in longer stretches where it lies together.
  static final int RUN = QueryBlock.QUERIES;

  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    forward(call, out, Optional.empty(), run);
  }

  /// The forward pass that also keeps what a backward pass needs.
  static void forward(BoundCall call, HeadView out, RowNumbers numbers, Run run) {
    forward(call, out, Optional.of(numbers), run);
  }

  private static void forward(BoundCall call, HeadView out, Optional<RowNumbers> numbers, Run run) {
    Workspace.Mark mark = run.workspace().mark();
    MixedBlock.check(call);
    BoundCall lowered = Lowering.of(call, run);
    if (MixedBlock.isFor(call)) {
      new MixedPass(lowered, out).run(run);
    } else {
      new TiledPass(lowered, out, numbers, run.kernels()).run(run.workers());
    }
    run.workspace().release(mark);
  }

  /// Computes the forward pass once more, for want of what it gave.
  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("dOut", dy.out()).checkBackward();
    AttentionShape shape = call.shape;
    Workspace.Mark mark = run.workspace().mark();
    HeadView out =
        HeadView.of(
            run.workspace()
                .take(shape.batch(), shape.heads(), shape.queries(), shape.valueWidth()));
    RowNumbers numbers = new RowNumbers(run.workspace().take(RowNumbers.shape(call)));
    forward(call, out, numbers, run);
    backward(call, new Forward(out, numbers), dy, dx, run);
    run.workspace().release(mark);
  }

  /// What a forward pass gave.
  record Forward(HeadView out, RowNumbers numbers) {}

  /// The backward pass after a forward pass.
  static void backward(
      BoundCall call, Forward forward, OutputGradients dy, InputGradients dx, Run run) {
    backward(call, forward, new TiledBackward.Sums(dy, dx, Fresh.NONE), run);
  }

  /// The backward pass after a forward pass.
  static void backward(BoundCall call, Forward forward, TiledBackward.Sums sums, Run run) {
    Lowering.backward(call, forward, sums, run);
  }

  @Override
  public int queryTile() {
    return QueryBlock.QUERIES;
  }

  @Override
  public int keyTile() {
    return RUN;
  }

  @Override
  public long scratch(AttentionShape shape) {
    return QueryBlock.bytes(shape.width(), shape.valueWidth()) + 4L * RUN * QueryBlock.QUERIES;
  }
}
