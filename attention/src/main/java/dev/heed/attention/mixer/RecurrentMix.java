package dev.heed.attention.mixer;

import dev.heed.grad.Run;
import dev.heed.kernel.Matrix;
import dev.heed.kernel.Rows;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.Optional;

/// Position after position, each a walk over the state: what decoding does.
record RecurrentMix(BoundMix call) {
  /// @param y results `[B, T, heads·W]`
  /// @param present the state after the last position, `[B, N, E, W]`; may be the input's past
  void forward(Tensor y, Optional<Tensor> present, Run run) {
    StateShape shape = call.shape;
    int states = shape.batch() * shape.heads().states();
    run.workers()
        .run(
            states,
            (task, scratch) -> {
              int b = task / shape.heads().states();
              int n = task % shape.heads().states();
              Tensor state = scratch.take(shape.width(), shape.valueWidth());
              begin(state, b, n);
              for (int t = 0; t < shape.length(); t++) {
                if (call.begins(b, t)) {
                  state.fill(0);
                }
                new Step(b, n, t, run.kernels().rows(), state).run(y, scratch);
              }
              present.ifPresent(to ->
                  System.arraycopy(
                      state.array(),
                      state.offset(),
                      to.array(),
                      to.offset() + call.state(b, n),
                      state.size()));
            });
  }

  private void begin(Tensor state, int b, int n) {
    Optional<Tensor> past = call.input.past();
    if (past.isEmpty()) {
      state.fill(0);
      return;
    }
    int at = past.get().offset() + call.state(b, n);
    System.arraycopy(past.get().array(), at, state.array(), state.offset(), state.size());
  }

  private final class Step {
    private final int b;
    private final int n;
    private final Span now;
    private final Rows rows;
    private final float[] state;
    private final int first;
    private final int width = call.shape.width();
    private final int valueWidth = call.shape.valueWidth();

    Step(int b, int n, int t, Rows rows, Tensor state) {
      this.b = b;
      this.n = n;
      this.now = new Span(t, t + 1, false);
      this.rows = rows;
      this.state = state.array();
      this.first = state.offset();
    }

    void run(Tensor y, Workspace scratch) {
      Workspace.Mark mark = scratch.mark();
      fade();
      Tensor written = scratch.take(valueWidth);
      Matrix k = call.k(b, n, now);
      Matrix v = call.v(b, n, now);
      int to = written.offset();
      System.arraycopy(v.array(), v.offset(), written.array(), to, valueWidth);
      if (call.mixer.write() == Write.DELTA) {
        read(-1, k, written.array(), to);
      }
      float strength = call.strength(b, n, now.from());
      for (int e = 0; e < width; e++) {
        float factor = strength * k.array()[k.offset() + e];
        rows.addScaled(factor, written.array(), to, state, row(e), valueWidth);
      }
      int readers = call.shape.heads().readers();
      for (int o = n * readers; o < (n + 1) * readers; o++) {
        Matrix out = BoundMix.rows(y, call.shape.heads().outputs(), b, o, now);
        Arrays.fill(out.array(), out.offset(), out.offset() + valueWidth, 0);
        read((float) call.mixer.scale(), call.q(b, o, now), out.array(), out.offset());
      }
      scratch.release(mark);
    }

    private int row(int e) {
      return first + e * valueWidth;
    }

    /// `to += factor Σ x[e] S[e]`.
    private void read(float factor, Matrix x, float[] to, int at) {
      for (int e = 0; e < width; e++) {
        rows.addScaled(factor * x.array()[x.offset() + e], state, row(e), to, at, valueWidth);
      }
    }

    private void fade() {
      if (call.mixer.decay() instanceof Decay.PerChannel) {
        for (int e = 0; e < width; e++) {
          fade(log(call.place(b, n, now.from()) * width + e), row(e), valueWidth);
        }
      } else if (call.mixer.decay() instanceof Decay.Fixed fixed) {
        fade(fixed.log(n), first, width * valueWidth);
      } else if (call.mixer.decay() instanceof Decay.PerHead) {
        fade(log(call.place(b, n, now.from())), first, width * valueWidth);
      }
    }

    private float log(int place) {
      Tensor logs = call.input.decay().orElseThrow();
      return Decay.check(logs.array()[logs.offset() + place]);
    }

    private void fade(float log, int from, int length) {
      rows.scale((float) Math.exp(log), state, from, state, from, length);
    }
  }
}
