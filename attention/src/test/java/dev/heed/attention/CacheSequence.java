package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.Tensor;
import java.util.Random;

/// Queries, keys and values of `length` positions.
record CacheSequence(Tensor q, Tensor k, Tensor v, int length) {
  static final CacheShape SHAPE = new CacheShape(2, 3, 5, 7);
  static final int HEADS = 6;
  private static final Workers WORKERS = Workers.of(2);
  private static final Run RUN = Run.inference(Kernels.best(), WORKERS);

  static CacheSequence random(int seed, int length) {
    Random random = new Random(seed);
    return new CacheSequence(
        Calls.tensor(random, 2, HEADS, length, 5),
        Calls.tensor(random, 2, 3, length, 5),
        Calls.tensor(random, 2, 3, length, 7),
        length);
  }

  static HeadView part(Tensor tensor, int from, int to) {
    HeadView all = HeadView.of(tensor);
    HeadView.Axes axes = all.axes();
    return new HeadView(
        all.array(),
        all.offset() + from * all.rowStride(),
        new HeadView.Axes(axes.batch(), axes.heads(), to - from, axes.width()),
        all.batchStride(),
        all.headStride(),
        all.rowStride());
  }

  float[] whole(Attention attention) {
    Positions positions = Positions.range(0, length);
    AttentionInput input =
        AttentionInput.of(HeadView.of(q), HeadView.of(k), HeadView.of(v), positions, positions);
    return run(attention, input);
  }

  /// Through a cache in pieces of the given lengths, again and again.
  float[] through(Cache cache, Attention attention, int... pieces) {
    Tensor out = Tensor.zeros(2, HEADS, length, 7);
    int piece = 0;
    for (int from = 0; from < length; piece++) {
      int to = Math.min(length, from + pieces[piece % pieces.length]);
      Positions positions = Positions.range(from, to - from);
      Cache.Contents contents = cache.append(part(k, from, to), part(v, from, to), positions);
      float[] rows = run(attention, contents.input(part(q, from, to), positions));
      put(rows, out, from, to);
      from = to;
    }
    return out.array();
  }

  static void put(float[] rows, Tensor out, int from, int to) {
    int count = (to - from) * 7;
    for (int head = 0; head < 2 * HEADS; head++) {
      int at = (head * out.axis(2) + from) * 7;
      System.arraycopy(rows, head * count, out.array(), at, count);
    }
  }

  static float[] run(Attention attention, AttentionInput input) {
    AttentionShape shape = input.shape();
    Tensor out = Tensor.zeros(2, HEADS, shape.queries(), 7);
    Executor.fitting(shape).forward(attention, input, HeadView.of(out), RUN);
    return out.toArray();
  }
}
