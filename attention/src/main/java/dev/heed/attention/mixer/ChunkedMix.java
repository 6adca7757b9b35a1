package dev.heed.attention.mixer;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Optional;

/// The chunked computation; with one chunk the parallel one. A state is a task.
record ChunkedMix(BoundMix call, int longest) {
  /// @param y results `[B, T, heads·W]`
  /// @param present the state after the last position, `[B, N, E, W]`
  void forward(Tensor y, Optional<Tensor> present, Run run) {
    int states = call.shape.batch() * call.shape.heads().states();
    run.workers().run(states, (task, scratch) -> forward(task, y, present, run, scratch));
  }

  private void forward(int task, Tensor y, Optional<Tensor> present, Run run, Workspace scratch) {
    StateChunk chunk = new StateChunk(call, task, longest, run.kernels(), scratch);
    Tensor memory = scratch.take(call.shape.width(), call.shape.valueWidth());
    begin(chunk, memory);
    Matrix state = chunk.state(memory);
    int readers = call.shape.heads().readers();
    for (Span span : Span.cut(call, chunk.b, longest)) {
      chunk.enter(span, state);
      chunk.solve(state);
      for (int o = chunk.n * readers; o < (chunk.n + 1) * readers; o++) {
        chunk.read(o, state, y);
      }
      chunk.advance(state);
    }
    int at = call.state(chunk.b, chunk.n);
    present.ifPresent(to ->
        System.arraycopy(
            memory.array(), memory.offset(), to.array(), to.offset() + at, memory.size()));
  }

  /// The state before the first position.
  static void begin(StateChunk chunk, Tensor state) {
    Optional<Tensor> past = chunk.call.input.past();
    if (past.isEmpty()) {
      state.fill(0);
      return;
    }
    int at = past.get().offset() + chunk.call.state(chunk.b, chunk.n);
    System.arraycopy(past.get().array(), at, state.array(), state.offset(), state.size());
  }
}
