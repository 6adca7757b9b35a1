package dev.heed.attention.mixer;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.List;
import java.util.Optional;

/// The backward of [ChunkedMix]: the states before all chunks once more, then the chunks from the
/// last to the first, with the gradient `R` of the state that leaves each.
///
/// @param dy `[B, T, heads·W]`
/// @param to where gradients are written, all heads of results and of states apart
record ChunkedMixBackward(BoundMix call, int longest, Tensor dy, Targets to) {
  /// @param q `[B, T, heads of results·E]`
  /// @param k `[B, T, N·E]`
  /// @param v `[B, T, N·W]`
  /// @param decay as the input's
  /// @param strength `[B, T, N]`
  /// @param past `[B, N, E, W]`
  record Targets(
      Tensor q,
      Tensor k,
      Tensor v,
      Optional<Tensor> decay,
      Optional<Tensor> strength,
      Optional<Tensor> past) {}

  void run(Run run) {
    int states = call.shape.batch() * call.shape.heads().states();
    run.workers().run(states, (task, scratch) -> new Task(task, run, scratch).run());
  }

  private final class Task {
    private final StateChunk chunk;
    private final Rows rows;
    private final Workspace scratch;
    private final int width = call.shape.width();
    private final int valueWidth = call.shape.valueWidth();
    private final Tensor dWritten;
    private final Tensor dOut;
    private final Tensor dKeys;
    private final Tensor dScores;
    private final Tensor memory;

    Task(int task, Run run, Workspace scratch) {
      chunk = new StateChunk(call, task, longest, run.kernels(), scratch);
      rows = run.kernels().rows();
      this.scratch = scratch;
      dWritten = scratch.take(longest, valueWidth);
      dOut = scratch.take(longest, valueWidth);
      dKeys = scratch.take(longest, width);
      dScores = scratch.take(longest, longest);
      memory = scratch.take(2, width * valueWidth);
    }

    void run() {
      List<Span> spans = Span.cut(call, chunk.b, longest);
      Tensor states = states(spans);
      Tensor gradient = memory.slice(0, 1);
      Tensor before = memory.slice(1, 2);
      gradient.fill(0);
      for (int i = spans.size() - 1; i >= 0; i--) {
        Matrix dState = chunk.state(gradient);
        Matrix dBefore = chunk.state(before);
        Matrix state = chunk.state(states.slice(i, i + 1));
        chunk.enter(spans.get(i), state);
        chunk.solve(state);
        if (i + 1 < spans.size()) {
          chunk.decay.end(chunk.state(states.slice(i + 1, i + 2)), dState);
        }
        backward(state, dState, dBefore);
        if (spans.get(i).fresh()) {
          before.fill(0);
        }
        Tensor swap = gradient;
        gradient = before;
        before = swap;
      }
      write(gradient);
    }

    private void write(Tensor gradient) {
      int at = call.state(chunk.b, chunk.n);
      to.past()
          .ifPresent(past ->
              System.arraycopy(
                  gradient.array(),
                  gradient.offset(),
                  past.array(),
                  past.offset() + at,
                  gradient.size()));
    }

    /// The states before all chunks.
    private Tensor states(List<Span> spans) {
      Tensor states = scratch.take(Math.max(1, spans.size()), width * valueWidth);
      ChunkedMix.begin(chunk, states.slice(0, 1));
      for (int i = 0; i + 1 < spans.size(); i++) {
        Tensor now = states.slice(i, i + 1);
        Tensor next = states.slice(i + 1, i + 2);
        chunk.enter(spans.get(i), chunk.state(now));
        System.arraycopy(now.array(), now.offset(), next.array(), next.offset(), now.size());
        chunk.solve(chunk.state(now));
        chunk.advance(chunk.state(next));
      }
      return states;
    }

    private void backward(Matrix state, Matrix dState, Matrix dBefore) {
      Matrix u = chunk.written();
      Matrix keys = chunk.keys();
      Matrix du = chunk.part(dWritten, valueWidth);
      Matrix dk = chunk.part(dKeys, width);
      chunk.decay.untilEnd(keys, chunk.faded());
      chunk.products.multiply(chunk.faded(), dState, du, scratch);
      chunk.products.multiply(u, dState.transpose(), dk, scratch);
      chunk.decay.untilEnd(dk, dk);
      int size = width * valueWidth;
      System.arraycopy(dState.array(), dState.offset(), dBefore.array(), dBefore.offset(), size);
      chunk.decay.fade(dBefore);
      int readers = call.shape.heads().readers();
      for (int o = chunk.n * readers; o < (chunk.n + 1) * readers; o++) {
        backward(o, state, dBefore, du, dk);
      }
      Matrix target = BoundMix.rows(to.k(), states(), chunk.b, chunk.n, chunk.span);
      if (chunk.isDelta()) {
        new DeltaBackward(chunk, to).run(state, dBefore, du, dk, chunk.part(dScores, u.rows()));
      } else {
        chunk.decay.writes(keys, dk);
        writeValues(du);
        copy(dk, target);
      }
      to.decay().ifPresent(all -> chunk.decay.finish(all, chunk.b, chunk.n, chunk.span));
    }

    private int states() {
      return call.shape.heads().states();
    }

    /// The gradients that come by way of result `o`.
    private void backward(int o, Matrix state, Matrix dBefore, Matrix du, Matrix dk) {
      Matrix q = call.q(chunk.b, o, chunk.span);
      Matrix dq = BoundMix.rows(to.q(), call.shape.heads().outputs(), chunk.b, o, chunk.span);
      Matrix out = scaled(o);
      Matrix dp = chunk.part(dScores, out.rows());
      chunk.products.multiply(out, state.transpose(), dq, scratch);
      chunk.decay.sinceBegin(dq, dq);
      chunk.products.multiply(out, chunk.written().transpose(), dp, scratch);
      chunk.decay.scoresBackward(dp, q, chunk.keys(), dq, dk);
      chunk.products.multiplyAdd(chunk.scores(o).transpose(), out, du, scratch);
      chunk.decay.sinceBegin(q, chunk.faded());
      chunk.products.multiplyAdd(chunk.faded().transpose(), out, dBefore, scratch);
      chunk.decay.reads(q, dq);
    }

    /// `scale dy`, rows together.
    private Matrix scaled(int o) {
      Matrix all = BoundMix.rows(dy, call.shape.heads().outputs(), chunk.b, o, chunk.span);
      Matrix out = chunk.part(dOut, valueWidth);
      float scale = (float) call.mixer.scale();
      for (int i = 0; i < out.rows(); i++) {
        rows.scale(
            scale,
            all.array(),
            StateChunk.row(all, i),
            out.array(),
            StateChunk.row(out, i),
            valueWidth);
      }
      return out;
    }

    private void writeValues(Matrix du) {
      Matrix dv = BoundMix.rows(to.v(), states(), chunk.b, chunk.n, chunk.span);
      Matrix v = call.v(chunk.b, chunk.n, chunk.span);
      for (int i = 0; i < du.rows(); i++) {
        int t = chunk.span.from() + i;
        int row = i;
        float strength = call.strength(chunk.b, chunk.n, t);
        to.strength()
            .ifPresent(all ->
                all.array()[all.offset() + call.place(chunk.b, chunk.n, t)] =
                    (float) HeadDecay.dot(du, v, row));
        rows.scale(
            strength,
            du.array(),
            StateChunk.row(du, i),
            dv.array(),
            StateChunk.row(dv, i),
            valueWidth);
      }
    }

    private void copy(Matrix from, Matrix target) {
      for (int i = 0; i < from.rows(); i++) {
        System.arraycopy(
            from.array(),
            StateChunk.row(from, i),
            target.array(),
            StateChunk.row(target, i),
            from.columns());
      }
    }
  }
}
