package dev.heed.attention.mixer;

import dev.heed.attention.Executor;
import dev.heed.attention.Reference;
import dev.heed.attention.UnsupportedCombinationException;
import dev.heed.grad.Gradients;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A state mixer as a step of a model: heads in, `[B, T, heads·W]` out, side by side.
///
/// The run's [MixerMode] says how it is computed; without one, in chunks, and few positions one by
/// one. A run that chooses the executor [Reference] gets the definition in double precision.
public final class MixState implements Operation {
  /// Up to so many positions are walked one by one where nobody chose.
  private static final int FEW = 8;

  private final BoundMix call;
  private final Optional<Tensor> present;

  private MixState(BoundMix call, Optional<Tensor> present) {
    this.call = call;
    this.present = present;
  }

  public static MixState of(StateMixer mixer, StateInput input) {
    return new MixState(BoundMix.of(mixer, input), Optional.empty());
  }

  /// The same, writing the state after the last position to `state` `[B, N, E, W]`, which may be
  /// the input's past where there is no tape. No gradient comes back from there.
  public MixState into(Tensor state) {
    if (!Arrays.equals(state.shape().toArray(), call.shape.states())) {
      throw new ShapeException(
          "mixer: a state %s does not fit; %s would"
              .formatted(state.shape(), Arrays.toString(call.shape.states())));
    }
    return new MixState(call, Optional.of(state));
  }

  @Override
  public List<Operand> operands() {
    StateInput input = call.input;
    List<Operand> all = new ArrayList<>(List.of(input.q(), input.k(), input.v()));
    input.decay().ifPresent(all::add);
    input.strength().ifPresent(all::add);
    input.past().ifPresent(all::add);
    return all;
  }

  @Override
  public boolean readsResult() {
    return false;
  }

  /// Checks that the way back will find the past as it was.
  @SuppressWarnings("ReferenceEquality") // the same array is meant, not the same numbers
  static void checkKept(Optional<Tensor> past, Optional<Tensor> present, Run run) {
    boolean same = past.isPresent() && present.isPresent();
    if (same && run.tape().isPresent() && past.get().array() == present.get().array()) {
      throw new UnsupportedCombinationException(
          "a tape", "a state that is written over the past", "a state of its own would do");
    }
  }

  @Override
  public Tensor forward(Run run) {
    checkKept(call.input.past(), present, run);
    StateShape shape = call.shape;
    Tensor y =
        run.allocate(
            Shape.of(shape.batch(), shape.length(), shape.heads().outputs() * shape.valueWidth()));
    if (run.choice(Executor.class).orElse(null) instanceof Reference) {
      new ReferenceMix(call).forward(y, present);
      return y;
    }
    switch (mode(run)) {
      case MixerMode.Parallel _ ->
          new ChunkedMix(call, Math.max(1, shape.length())).forward(y, present, run);
      case MixerMode.Chunked(int length) ->
          new ChunkedMix(call, Math.min(length, Math.max(1, shape.length())))
              .forward(y, present, run);
      case MixerMode.Recurrent _ -> new RecurrentMix(call).forward(y, present, run);
    }
    return y;
  }

  private MixerMode mode(Run run) {
    return run.choice(MixerMode.class)
        .orElseGet(() -> call.shape.length() <= FEW ? new MixerMode.Recurrent() : usual());
  }

  private MixerMode usual() {
    return call.mixer.decay() instanceof Decay.PerChannel
        ? new MixerMode.Chunked(32)
        : MixerMode.chunked();
  }

  /// Gradients are those of the definition, whoever computed the result: in chunks, or in one where
  /// the run asks for the parallel mode.
  @Override
  public void backward(Tensor dy, Gradients gradients, Run run) {
    StateInput input = call.input;
    StateShape.Heads heads = call.shape.heads();
    Workspace.Mark mark = run.workspace().mark();
    int states = heads.states();
    List<SharedGradient> shared =
        List.of(
            SharedGradient.of(input.q(), heads.queries(), heads.outputs(), gradients, run),
            SharedGradient.of(input.k(), heads.keys(), states, gradients, run),
            SharedGradient.of(input.v(), heads.values(), states, gradients, run));
    Optional<Tensor> dDecay = input.decay().map(x -> run.workspace().take(x.shape()));
    Optional<Tensor> dStrength = input.strength().map(x -> run.workspace().take(x.shape()));
    Optional<Tensor> dPast = input.past().map(x -> run.workspace().take(x.shape()));
    ChunkedMixBackward.Targets targets =
        new ChunkedMixBackward.Targets(
            shared.get(0).place(),
            shared.get(1).place(),
            shared.get(2).place(),
            dDecay,
            dStrength,
            dPast);
    new ChunkedMixBackward(call, chunk(run), dy, targets).run(run);
    shared.forEach(each -> each.finish(gradients, run));
    dDecay.ifPresent(d -> gradients.add(input.decay().orElseThrow(), d, run));
    dStrength.ifPresent(d -> gradients.add(input.strength().orElseThrow(), d, run));
    dPast.ifPresent(d -> gradients.add(input.past().orElseThrow(), d, run));
    run.workspace().release(mark);
  }

  private int chunk(Run run) {
    int length = Math.max(1, call.shape.length());
    return switch (run.choice(MixerMode.class).orElseGet(this::usual)) {
      case MixerMode.Parallel _ -> length;
      case MixerMode.Chunked(int positions) -> Math.min(positions, length);
      case MixerMode.Recurrent _ -> Math.min(64, length);
    };
  }
}
