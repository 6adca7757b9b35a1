package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Workspace;
import java.util.Arrays;

/// The forward pass of a call that mixes rows, in blocks of queries of all heads: memory that grows
/// with the number of keys, not with that of places.
record MixedPass(BoundCall call, HeadView out) {
  /// Tasks that a batch is cut into, by shape alone.
  static int parts(AttentionShape shape) {
    int blocks = Math.ceilDiv(shape.queries(), MixedBlock.queries(shape));
    return Math.clamp(16 / Math.max(1, shape.batch()), 1, Math.max(1, blocks));
  }

  /// Writes the results of all queries.
  void run(Run run) {
    int parts = parts(call.shape);
    KeyTiles tiles = new KeyTiles(call, Tiled.RUN);
    run.workers()
        .run(
            call.shape.batch() * parts,
            (task, scratch) -> {
              Workspace.Mark mark = scratch.mark();
              MixedBlock block = new MixedBlock(call, tiles, run.kernels(), scratch);
              int from = task % parts * block.size;
              for (int t0 = from; t0 < call.shape.queries(); t0 += parts * block.size) {
                block(block, task / parts, t0);
              }
              scratch.release(mark);
            });
  }

  private void block(MixedBlock block, int b, int t0) {
    boolean seesAny = block.at(b, t0);
    if (seesAny) {
      block.weigh();
    }
    for (int h = 0; h < call.shape.heads(); h++) {
      for (int t = block.t0; t < block.t1; t++) {
        int at = out.row(b, h, t);
        Arrays.fill(out.array(), at, at + call.shape.valueWidth(), 0);
      }
      if (seesAny) {
        Matrix values = block.keysOf(call.input.v(), call.shape.groupOf(h));
        block.multiplyAdd(block.ofHead(block.maps.last, h), values, block.queriesOf(out, h));
        block.addDistances(h, out);
      }
    }
  }
}
