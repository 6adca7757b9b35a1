package dev.heed.attention.source;

import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
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
    each(run, (from, to, share) -> add(run, share, x, from, y, to));
    return y;
  }

  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    if (gradients.wants(x)) {
      Tensor dx = gradients.of(x);
      each(run, (from, to, share) -> add(run, share, dy, to, dx, from));
    }
  }

  /// A row of a head and the row of the mean that it is a share of.
  private interface Pair {
    void at(int x, int y, float share);
  }

  private void each(Run run, Pair pair) {
    int batch = x.axis(0);
    run.workers()
        .run(
            batch * groups,
            (task, _) -> {
              int b = task / groups;
              for (int segment = 0; segment < segments.count(b); segment++) {
                int from = segments.start(b, segment);
                int to = segments.start(b, segment + 1);
                for (int s = from; s < to; s++) {
                  pairs(b, task % groups, s, segment, 1f / (to - from), pair);
                }
              }
            });
  }

  private void pairs(int b, int group, int s, int segment, float share, Pair pair) {
    int size = heads / groups;
    int row = ((b * x.axis(1) + s) * groups + group) * width;
    int mean = (b * segments.most() + segment) * heads;
    for (int head = group * size; head < (group + 1) * size; head++) {
      pair.at(row, (mean + head) * width, share);
    }
  }

  private void add(Run run, float factor, Tensor from, int at, Tensor to, int toAt) {
    run.kernels()
        .rows()
        .addScaled(factor, from.array(), from.offset() + at, to.array(), to.offset() + toAt, width);
  }
}
