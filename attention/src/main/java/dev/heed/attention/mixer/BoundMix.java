package dev.heed.attention.mixer;

import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.kernel.Matrix;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;

/// A mixer with an input that has what it reads.
final class BoundMix {
  final StateMixer mixer;
  final StateInput input;
  final StateShape shape;

  private BoundMix(StateMixer mixer, StateInput input) {
    this.mixer = mixer;
    this.input = input;
    this.shape = input.shape();
  }

  static BoundMix of(StateMixer mixer, StateInput input) {
    BoundMix bound = new BoundMix(mixer, input);
    int states = input.shape().heads().states();
    switch (mixer.decay()) {
      case Decay.None _ -> bound.checkAbsent("a mixer without decay");
      case Decay.Fixed fixed -> {
        bound.checkAbsent("a mixer of fixed decay");
        if (fixed.logs().length != states) {
          throw new MixerException(
              "mixer: %s for %d states; one a state is needed".formatted(fixed, states));
        }
      }
      case Decay.PerHead _ -> bound.checkWidth("a decay per head", states);
      case Decay.PerChannel _ ->
          bound.checkWidth("a decay per channel", states * input.shape().width());
    }
    return bound;
  }

  private void checkAbsent(String what) {
    if (input.decay().isPresent()) {
      throw new UnsupportedCombinationException(
          what, "an input with decays", "Decay.perHead() or Decay.perChannel() reads them");
    }
  }

  private void checkWidth(String what, int width) {
    if (input.decay().isEmpty()) {
      throw new UnsupportedCombinationException(
          what, "an input without decays", "StateInput.withDecay brings them");
    }
    Tensor logs = input.decay().get();
    if (logs.axis(2) != width) {
      throw new ShapeException(
          "mixer: %s and logarithms %s do not fit; [%d, %d, %d] would"
              .formatted(what, logs.shape(), shape.batch(), shape.length(), width));
    }
  }

  /// Positions `from` to `to` of one of the heads that lie side by side in `x`.
  static Matrix rows(Tensor x, int heads, int b, int head, Span span) {
    int row = x.axis(2);
    int width = row / heads;
    int at = x.offset() + (b * x.axis(1) + span.from()) * row + head * width;
    return new Matrix(x.array(), at, span.length(), width, row, 1);
  }

  /// The queries of result `o`.
  Matrix q(int b, int o, Span span) {
    int heads = shape.heads().queries();
    return rows(input.q(), heads, b, o / (shape.heads().outputs() / heads), span);
  }

  /// The keys of state `n`.
  Matrix k(int b, int n, Span span) {
    int heads = shape.heads().keys();
    return rows(input.k(), heads, b, n / (shape.heads().states() / heads), span);
  }

  /// The values of state `n`.
  Matrix v(int b, int n, Span span) {
    int heads = shape.heads().values();
    return rows(input.v(), heads, b, n / (shape.heads().states() / heads), span);
  }

  /// What the value of a position is multiplied by.
  float strength(int b, int n, int t) {
    return input.strength().map(all -> all.array()[all.offset() + place(b, n, t)]).orElse(1f);
  }

  /// Where the number of a position and state is in `[B, T, N]`.
  int place(int b, int n, int t) {
    return (b * shape.length() + t) * shape.heads().states() + n;
  }

  /// Where the state begins in `[B, N, E, W]`.
  int state(int b, int n) {
    return (b * shape.heads().states() + n) * shape.width() * shape.valueWidth();
  }

  /// Whether the state begins anew at a position.
  boolean begins(int b, int t) {
    return begins(input, b, t);
  }

  static boolean begins(StateInput input, int b, int t) {
    return t > 0
        && input.documents().isPresent()
        && input.documents().get().at(b, t) != input.documents().get().at(b, t - 1);
  }
}
