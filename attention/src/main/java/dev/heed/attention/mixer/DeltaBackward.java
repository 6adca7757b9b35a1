package dev.heed.attention.mixer;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;

/// The backward of the delta rule's equation within a chunk, `U + b M U = b (V - exp(A) K S)`.
///
/// With `Z` the solution of the transposed equation for `dU`: `dV = b Z`, `db = Z (V - exp(A) K S -
/// M U)`, `dM = -b Z Uᵀ`, and what is read of the state gets `-b Z`.
record DeltaBackward(StateChunk chunk, ChunkedMixBackward.Targets to) {
  /// @param du `[C, W]`, destroyed
  /// @param dk `[C, E]`, of the keys as they are written; destroyed
  /// @param square scratch `[C, C]`
  void run(Matrix state, Matrix dBefore, Matrix du, Matrix dk, Matrix square) {
    BoundMix call = chunk.call;
    Workspace scratch = chunk.scratch;
    Workspace.Mark mark = scratch.mark();
    Matrix keys = chunk.keys();
    solve(du);
    Tensor memory = scratch.take(chunk.span.length(), call.shape.width());
    Matrix dRead = chunk.part(memory, call.shape.width());
    // -g with g = b Z
    chunk.products.multiply(du, state.transpose(), dRead, scratch);
    chunk.decay.sinceBegin(dRead, dRead);
    chunk.products.multiply(du, chunk.written().transpose(), square, scratch);
    for (int i = 0; i < du.rows(); i++) {
      square.array()[StateChunk.row(square, i) + i] = 0;
    }
    chunk.decay.scoresBackward(square, keys, keys, dRead, dk);
    chunk.decay.sinceBegin(keys, chunk.faded());
    chunk.products.multiplyAdd(chunk.faded().transpose(), du, dBefore, scratch);
    chunk.decay.reads(keys, dRead);
    chunk.decay.writes(keys, dk);
    Matrix target =
        BoundMix.rows(to.k(), call.shape.heads().states(), chunk.b, chunk.n, chunk.span);
    for (int i = 0; i < dk.rows(); i++) {
      chunk
          .kernels
          .rows()
          .add(
              dk.array(),
              StateChunk.row(dk, i),
              dRead.array(),
              StateChunk.row(dRead, i),
              target.array(),
              StateChunk.row(target, i),
              dk.columns());
    }
    scratch.release(mark);
  }

  /// Solves for `Z` in the place of `du`, writes the gradients of values and strengths, and leaves
  /// `-b Z`.
  private void solve(Matrix du) {
    BoundMix call = chunk.call;
    Matrix among = chunk.among();
    Matrix dv = BoundMix.rows(to.v(), call.shape.heads().states(), chunk.b, chunk.n, chunk.span);
    for (int i = du.rows() - 1; i >= 0; i--) {
      int t = chunk.span.from() + i;
      int row = i;
      float strength = call.strength(chunk.b, chunk.n, t);
      to.strength()
          .ifPresent(all ->
              all.array()[all.offset() + call.place(chunk.b, chunk.n, t)] =
                  (float) HeadDecay.dot(du, chunk.missing(), row));
      for (int j = 0; j < i; j++) {
        chunk.add(-strength * StateChunk.at(among, i, j), du, i, du, j);
      }
      int at = StateChunk.row(du, i);
      int value = StateChunk.row(dv, i);
      chunk.kernels.rows().scale(strength, du.array(), at, dv.array(), value, du.columns());
      chunk.kernels.rows().scale(-strength, du.array(), at, du.array(), at, du.columns());
    }
  }
}
