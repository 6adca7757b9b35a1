package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.QueryBlock;

/// The default: tiles of queries and keys, an online softmax, no map; memory grows with the number
/// of positions, and tiles that the mask empties cost nothing.
///
/// [Rabe and Staats 2021](https://arxiv.org/abs/2112.05682), [Dao
/// 2023](https://arxiv.org/abs/2307.08691).
public record Tiled() implements Executor {
  /// Keys of the shortest run that is visited or left out, a multiple of every register tile's
  /// rows; what is visited is computed in longer runs where it lies together.
  static final int RUN = 36;

  private static final float[] NO_LOG_SUMS = {};

  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    forward(call, out, NO_LOG_SUMS, run);
  }

  /// The forward pass that also writes `log Σ exp(score)` of each query, `[B, H, T]`: all that a
  /// backward pass needs to compute weights again; `+∞` for a query that saw nothing.
  static void forward(BoundCall call, HeadView out, float[] logSums, Run run) {
    new TiledPass(call, out, logSums, run.kernels().attention()).run(run.workers());
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    throw new UnsupportedCombinationException(
        "executor Tiled", "backward", "executor Reference computes gradients");
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
