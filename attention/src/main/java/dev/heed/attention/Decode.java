package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// Few queries against many keys: keys are cut into chunks of a fixed size, each chunk is read once
/// for all heads that share it, and the chunks' results are merged in their order, so that threads
/// divide one long cache among themselves and the result is the same for any number of them.
public record Decode() implements Executor {
  /// More queries than this are for [Tiled].
  static final int MOST_QUERIES = 8;

  @Override
  public void forward(Attention attention, AttentionInput input, HeadView out, Run run) {
    BoundCall call = BoundCall.of(attention, input).checkOut("out", out);
    if (!attention.chance().isNone()) {
      throw new UnsupportedCombinationException(
          "executor Decode", attention.chance().toString(), "executors Tiled and Reference drop");
    }
    if (MixedBlock.isFor(call)) {
      new Tiled().forward(attention, input, out, run);
      return;
    }
    Workspace.Mark mark = run.workspace().mark();
    BoundCall lowered = Lowering.of(call, run);
    for (int t0 = 0; t0 < call.shape.queries(); t0 += MOST_QUERIES) {
      queries(lowered, t0, Math.min(call.shape.queries(), t0 + MOST_QUERIES), out, run);
    }
    run.workspace().release(mark);
  }

  private static void queries(BoundCall call, int t0, int t1, HeadView out, Run run) {
    AttentionShape shape = call.shape;
    DecodeParts parts = DecodeParts.of(shape, t1 - t0);
    Workspace.Mark mark = run.workspace().mark();
    Tensor memory = run.workspace().take(parts.size());
    Chunks chunks = new Chunks(call, parts, t0, t1);
    if (call.attention.normalizer().isSoftmax()) {
      chunks.run(run, (chunk, task) -> chunk.into(parts, memory, task));
    } else {
      int heads = shape.batch() * shape.heads();
      Tensor scores = run.workspace().take(heads, t1 - t0, shape.keys());
      DecodeRows rows = new DecodeRows(shape, t1 - t0, scores).cleared();
      chunks.run(run, (chunk, _) -> chunk.scoresInto(rows));
      rows.weigh(call, run.workers());
      chunks.run(run, (chunk, task) -> chunk.into(parts, memory, task, rows));
    }
    run.workers()
        .run(
            shape.batch() * shape.heads(),
            (task, _) -> {
              int b = task / shape.heads();
              int h = task % shape.heads();
              for (int t = t0; t < t1; t++) {
                parts.merge(memory, task, t - t0, call.sinkLogit(h), run.kernels().rows());
                parts.copy(memory, task, t - t0, out, out.row(b, h, t));
              }
            });
    run.workspace().release(mark);
  }

  /// What is done with a chunk of keys.
  private interface ChunkTask {
    void run(DecodeChunk chunk, int task);
  }

  /// All chunks of keys of all key/value heads, for queries `t0` to `t1`.
  private record Chunks(BoundCall call, DecodeParts parts, int t0, int t1) {
    void run(Run run, ChunkTask each) {
      AttentionShape shape = call.shape;
      int chunks = parts.chunks();
      run.workers()
          .run(
              shape.batch() * shape.groups() * chunks,
              (task, scratch) -> {
                int head = task / chunks;
                int s0 = task % chunks * DecodeParts.CHUNK;
                int s1 = Math.min(shape.keys(), s0 + DecodeParts.CHUNK);
                int b = head / shape.groups();
                int firstHead = head % shape.groups() * shape.groupSize();
                MapTile tile = new MapTile(b, firstHead, t0, t1, s0, s1);
                each.run(new DecodeChunk(call, tile, run.kernels(), scratch), task);
              });
    }
  }

  @Override
  public void backward(
      Attention attention, AttentionInput input, OutputGradients dy, InputGradients dx, Run run) {
    throw new UnsupportedCombinationException(
        "executor Decode", "backward", "executors Tiled and Reference compute gradients");
  }

  @Override
  public int queryTile() {
    return MOST_QUERIES;
  }

  @Override
  public int keyTile() {
    return DecodeParts.CHUNK;
  }

  @Override
  public long scratch(AttentionShape shape) {
    int queries = Math.min(MOST_QUERIES, shape.queries());
    return 4 * DecodeParts.of(shape, queries).size().size()
        + 4L * DecodeParts.CHUNK * (3 + shape.groupSize());
  }
}
