package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/// Means of segments of positions, the landmarks of [Xiong et al.
/// 2021](https://arxiv.org/abs/2102.03902): `[B, S, G·E]` gives `[B, m, H·E]`, where head `h` has
/// the means of head `h / (H / G)`. A segment that a batch does not have is zeros.
public final class SegmentMeans implements Operation {
  private final Tensor x;
  private final Segments segments;
  private final int groups;
  private final int heads;
  private final int width;

  /// @param x `[B, S, G·E]`
  /// @param groups `G`
  /// @param heads `H`
  public SegmentMeans(Tensor x, Segments segments, int groups, int heads) {
    this.x = x;
    this.segments = segments;
    this.groups = groups;
    this.heads = heads;
    this.width = x.axis(2) / groups;
  }

  @Override
  public List<Operand> operands() {
    return List.of(x);
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  @Override
  public Tensor forward(Run run) {
    Tensor y = run.allocate(Shape.of(x.axis(0), segments.most(), heads * width));
    Arrays.fill(y.array(), y.offset(), y.offset() + y.size(), 0);
    Rows rows = run.kernels().rows();
    each(
        run,
        (from, to, share) ->
            rows.addScaled(share, x.array(), x.offset() + from, y.array(), y.offset() + to, width));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (!gradients.wants(x)) {
      return;
    }
    Tensor dx = gradients.of(x);
    Rows rows = run.kernels().rows();
    each(
        run,
        (to, from, share) ->
            rows.addScaled(
                share, dy.array(), dy.offset() + from, dx.array(), dx.offset() + to, width));
  }

  /// A row of a head and the row of the mean that it is a share of.
  private interface Pair {
    void at(int x, int y, float share);
  }

  private void each(Run run, Pair pair) {
    run.workers()
        .run(
            x.axis(0) * groups,
            (task, _) -> {
              for (int segment = 0; segment < segments.count(task / groups); segment++) {
                segment(task, segment, pair);
              }
            });
  }

  /// @param task number of the key head over all batches
  private void segment(int task, int segment, Pair pair) {
    int b = task / groups;
    int from = segments.start(b, segment);
    int to = segments.start(b, segment + 1);
    int size = heads / groups;
    int first = task % groups * size;
    int mean = (b * segments.most() + segment) * heads;
    for (int s = from; s < to; s++) {
      int row = ((b * x.axis(1) + s) * groups + task % groups) * width;
      for (int head = first; head < first + size; head++) {
        pair.at(row, (mean + head) * width, 1f / (to - from));
      }
    }
  }
}
