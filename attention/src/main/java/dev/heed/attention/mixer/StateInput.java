package dev.heed.attention.mixer;

import dev.heed.attention.Positions;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/// What a state mixer computes with. Heads lie side by side, as a projection gives them.
///
/// Shapes are checked here once; whether the mixer gets what it reads is checked when it is bound.
public final class StateInput {
  private final Tensor q;
  private final Tensor k;
  private final Tensor v;
  private final StateShape shape;
  private final Extras extras;

  private record Extras(
      Optional<Tensor> decay,
      Optional<Tensor> strength,
      Optional<Tensor> past,
      Optional<Positions> documents) {
    static final Extras NONE =
        new Extras(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  private StateInput(Tensor q, Tensor k, Tensor v, StateShape shape, Extras extras) {
    this.q = q;
    this.k = k;
    this.v = v;
    this.shape = shape;
    this.extras = extras;
  }

  /// @param q queries `[B, T, heads·E]`
  /// @param k keys `[B, T, heads·E]`
  /// @param v values `[B, T, heads·W]`
  /// @param heads how many of each lie in a row
  public static StateInput of(Tensor q, Tensor k, Tensor v, StateShape.Heads heads) {
    boolean fit = q.shape().rank() == 3 && k.shape().rank() == 3 && v.shape().rank() == 3;
    if (fit) {
      fit =
          q.axis(0) == k.axis(0)
              && q.axis(0) == v.axis(0)
              && q.axis(1) == k.axis(1)
              && q.axis(1) == v.axis(1)
              && q.axis(2) % heads.queries() == 0
              && k.axis(2) % heads.keys() == 0
              && v.axis(2) % heads.values() == 0
              && q.axis(2) / heads.queries() == k.axis(2) / heads.keys();
    }
    if (!fit) {
      throw new ShapeException(
          "mixer: q %s, k %s and v %s do not fit %s; [B, T, heads·E], [B, T, heads·E] and [B, T, heads·W] would"
              .formatted(q.shape(), k.shape(), v.shape(), heads));
    }
    StateShape shape =
        new StateShape(
            q.axis(0), q.axis(1), heads, q.axis(2) / heads.queries(), v.axis(2) / heads.values());
    return new StateInput(q, k, v, shape, Extras.NONE);
  }

  /// With logarithms of decays, `[B, T, N]` or `[B, T, N·E]`.
  public StateInput withDecay(Tensor logs) {
    int states = shape.heads().states();
    check("decay", logs, states, states * shape.width());
    return with(new Extras(Optional.of(logs), extras.strength, extras.past, extras.documents));
  }

  /// With what values are multiplied by as they are written, `[B, T, N]`.
  public StateInput withStrength(Tensor strength) {
    int states = shape.heads().states();
    check("strength", strength, states, states);
    return with(new Extras(extras.decay, Optional.of(strength), extras.past, extras.documents));
  }

  /// With the state that stands before the first position, `[B, N, E, W]`.
  public StateInput withPast(Tensor state) {
    if (!Arrays.equals(state.shape().toArray(), shape.states())) {
      throw new ShapeException(
          "mixer: a past state %s does not fit; %s would"
              .formatted(state.shape(), Arrays.toString(shape.states())));
    }
    return with(new Extras(extras.decay, extras.strength, Optional.of(state), extras.documents));
  }

  /// With the document of each position, `[T]` or `[B, T]`: the state begins anew with each
  /// document.
  public StateInput withDocuments(Positions documents) {
    boolean fit = documents.batch() == 1 || documents.batch() == shape.batch();
    if (!fit || documents.length() != shape.length()) {
      throw new ShapeException(
          "mixer: documents %s do not fit; [%d] or [%d, %d] would"
              .formatted(documents, shape.length(), shape.batch(), shape.length()));
    }
    return with(new Extras(extras.decay, extras.strength, extras.past, Optional.of(documents)));
  }

  /// The same with other queries, keys and values, of any width.
  StateInput mapped(Tensor otherQ, Tensor otherK, Tensor otherV) {
    return new StateInput(
        otherQ, otherK, otherV, of(otherQ, otherK, otherV, shape.heads()).shape, extras);
  }

  private StateInput with(Extras other) {
    return new StateInput(q, k, v, shape, other);
  }

  private void check(String what, Tensor x, int one, int other) {
    int batch = shape.batch();
    int length = shape.length();
    boolean fit = x.shape().rank() == 3 && x.axis(0) == batch && x.axis(1) == length;
    if (!fit || (x.axis(2) != one && x.axis(2) != other)) {
      String more = one == other ? "" : " or [%d, %d, %d]".formatted(batch, length, other);
      throw new ShapeException(
          "mixer: %s %s does not fit; [%d, %d, %d]%s would"
              .formatted(what, x.shape(), batch, length, one, more));
    }
  }

  public Tensor q() {
    return q;
  }

  public Tensor k() {
    return k;
  }

  public Tensor v() {
    return v;
  }

  public StateShape shape() {
    return shape;
  }

  public Optional<Tensor> decay() {
    return extras.decay;
  }

  public Optional<Tensor> strength() {
    return extras.strength;
  }

  public Optional<Tensor> past() {
    return extras.past;
  }

  public Optional<Positions> documents() {
    return extras.documents;
  }
}
