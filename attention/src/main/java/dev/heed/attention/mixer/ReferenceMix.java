package dev.heed.attention.mixer;

import dev.heed.kernel.Matrix;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// What a state mixer is, position by position in double precision: slow, for reading and for
/// comparing with.
final class ReferenceMix {
  private final BoundMix call;

  ReferenceMix(BoundMix call) {
    this.call = call;
  }

  /// @param y results `[B, T, heads·W]`
  /// @param present the state after the last position, `[B, N, E, W]`
  void forward(Tensor y, Optional<Tensor> present) {
    StateShape shape = call.shape;
    for (int b = 0; b < shape.batch(); b++) {
      for (int n = 0; n < shape.heads().states(); n++) {
        double[] state = past(b, n);
        for (int t = 0; t < shape.length(); t++) {
          if (call.begins(b, t)) {
            Arrays.fill(state, 0);
          }
          step(state, y, b, n, t);
        }
        int at = call.state(b, n);
        present.ifPresent(to -> {
          for (int i = 0; i < state.length; i++) {
            to.array()[to.offset() + at + i] = (float) state[i];
          }
        });
      }
    }
  }

  private double[] past(int b, int n) {
    double[] state = new double[call.shape.width() * call.shape.valueWidth()];
    Optional<Tensor> past = call.input.past();
    for (int i = 0; i < state.length && past.isPresent(); i++) {
      state[i] = past.get().array()[past.get().offset() + call.state(b, n) + i];
    }
    return state;
  }

  private void step(double[] state, Tensor y, int b, int n, int t) {
    int width = call.shape.valueWidth();
    Span now = new Span(t, t + 1, false);
    Matrix k = call.k(b, n, now);
    Matrix v = call.v(b, n, now);
    for (int i = 0; i < state.length; i++) {
      state[i] *= Math.exp(log(b, n, t, i / width));
    }
    double[] written = new double[width];
    for (int w = 0; w < width; w++) {
      double missing = v.array()[v.offset() + w];
      if (call.mixer.write() == Write.DELTA) {
        missing -= read(k, state, w);
      }
      written[w] = call.strength(b, n, t) * missing;
    }
    for (int i = 0; i < state.length; i++) {
      state[i] += k.array()[k.offset() + i / width] * written[i % width];
    }
    int readers = call.shape.heads().readers();
    for (int o = n * readers; o < (n + 1) * readers; o++) {
      Matrix out = BoundMix.rows(y, call.shape.heads().outputs(), b, o, now);
      for (int w = 0; w < width; w++) {
        out.array()[out.offset() + w] =
            (float) (call.mixer.scale() * read(call.q(b, o, now), state, w));
      }
    }
  }

  /// `Σ x[e] S[e, w]`.
  private double read(Matrix x, double[] state, int w) {
    double sum = 0;
    for (int e = 0; e < call.shape.width(); e++) {
      sum += x.array()[x.offset() + e] * state[e * call.shape.valueWidth() + w];
    }
    return sum;
  }

  private double log(int b, int n, int t, int e) {
    return switch (call.mixer.decay()) {
      case Decay.None _ -> 0;
      case Decay.Fixed fixed -> fixed.log(n);
      case Decay.PerHead _ -> Decay.check(logs().array()[logs().offset() + call.place(b, n, t)]);
      case Decay.PerChannel _ -> {
        int at = call.place(b, n, t) * call.shape.width() + e;
        yield Decay.check(logs().array()[logs().offset() + at]);
      }
    };
  }

  private Tensor logs() {
    return call.input.decay().orElseThrow();
  }
}
