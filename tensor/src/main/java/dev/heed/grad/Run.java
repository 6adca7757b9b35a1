package dev.heed.grad;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.CounterRandom;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// What one call carries: kernels, threads, scratch, and the tape and the probe where there are
/// any.
///
/// One thread uses a run at a time; many runs may share a model.
public final class Run {
  private static final float[] NOTHING = {};

  private final Setup setup;
  private final Workspace workspace;
  private final Optional<Tape> tape;
  private final Probe probe;

  /// The choice to recompute blocks.
  private record Recomputing() {}

  /// What runs derived from another share.
  private record Setup(Kernels kernels, Workers workers, Map<Class<?>, Object> choices) {}

  private Run(Setup setup, Workspace workspace, Optional<Tape> tape, Probe probe) {
    this.setup = setup;
    this.workspace = workspace;
    this.tape = tape;
    this.probe = probe;
  }

  /// A run that computes forward and nothing else.
  public static Run inference(Kernels kernels, Workers workers) {
    return new Run(
        new Setup(kernels, workers, Map.of()), new Workspace(), Optional.empty(), Probe.NONE);
  }

  /// The same kernels and threads, with a new tape.
  public Run taped() {
    return new Run(setup, new Workspace(), Optional.of(new Tape()), probe);
  }

  /// The same kernels and threads, with a new tape whose results and gradients live in `memory`;
  /// what an earlier tape had there is gone.
  public Run taped(TapeMemory memory) {
    return new Run(setup, memory.workspace(), Optional.of(new Tape(memory)), probe);
  }

  /// The same kernels and threads, seen by `probe`.
  public Run probed(Probe probe) {
    return new Run(setup, scratch(), tape, probe);
  }

  /// The same run, training: what is dropped is drawn from `random`, so give every step a stream of
  /// its own.
  public Run training(CounterRandom random) {
    return choosing(Draws.class, new Draws(random));
  }

  /// The same run as it was before it drew anything, over the same scratch.
  Run afresh() {
    return drawingFrom(0, tape);
  }

  /// The same run with `inside` for its tape.
  Run nested(Tape inside) {
    return new Run(setup, workspace, Optional.of(inside), probe);
  }

  /// The same run with `inside` for its tape, as it was when it had drawn `drawn` streams.
  Run nested(Tape inside, int drawn) {
    return drawingFrom(drawn, Optional.of(inside));
  }

  private Run drawingFrom(int drawn, Optional<Tape> other) {
    Map<Class<?>, Object> same = new HashMap<>(setup.choices());
    same.computeIfPresent(Draws.class, (_, draws) -> ((Draws) draws).again(drawn));
    return new Run(new Setup(kernels(), workers(), Map.copyOf(same)), workspace, other, probe);
  }

  /// How many streams were drawn.
  int drawn() {
    return choice(Draws.class).map(Draws::drawn).orElse(0);
  }

  /// The same run, in which blocks of a model keep their result alone and are computed once more in
  /// the backward: less memory, more time.
  public Run recomputing() {
    return choosing(Recomputing.class, new Recomputing());
  }

  /// Whether blocks are recomputed in the backward of this run.
  public boolean recomputes() {
    return choice(Recomputing.class).isPresent();
  }

  /// The result of a block, by way of [Recompute] in a run that is [#recomputing].
  public Tensor applyBlock(Tensor x, BiFunction<Tensor, Run, Tensor> block) {
    return recomputes() ? Recompute.apply(x, block, this) : block.apply(x, this);
  }

  /// The generator of an operation that is being made and drops something: a stream of its own, by
  /// the number of those drawn before. None where the run does not train.
  public Optional<CounterRandom> draw() {
    return choice(Draws.class).map(Draws::next);
  }

  /// Whether the run trains.
  public boolean trains() {
    return choice(Draws.class).isPresent();
  }

  /// The same run with a choice for operations that have several ways to compute, by the type of
  /// the choice; the executor of attention, for one.
  public <T> Run choosing(Class<T> type, T choice) {
    Map<Class<?>, Object> more = new HashMap<>(setup.choices());
    more.put(type, type.cast(choice));
    Setup changed = new Setup(kernels(), workers(), Map.copyOf(more));
    return new Run(changed, scratch(), tape, probe);
  }

  /// Scratch for a run that goes on where this one stands, of its own where it may be another
  /// thread's.
  private Workspace scratch() {
    return tape.isPresent() ? workspace : new Workspace();
  }

  /// The choice of a type, where there is one.
  public <T> Optional<T> choice(Class<T> type) {
    return Optional.ofNullable(setup.choices().get(type)).map(type::cast);
  }

  public Kernels kernels() {
    return setup.kernels();
  }

  public Workers workers() {
    return setup.workers();
  }

  public Workspace workspace() {
    return workspace;
  }

  public Optional<Tape> tape() {
    return tape;
  }

  public Probe probe() {
    return probe;
  }

  /// A tensor of uncleared memory for a result: from the workspace, or from the tape's memory.
  public Tensor allocate(Shape shape) {
    return tape.isPresent() ? tape.get().allocate(shape) : workspace.take(shape);
  }

  /// Computes `operation` and records it where there is a tape.
  public Tensor apply(Operation operation) {
    Tensor result = operation.forward(this);
    tape.ifPresent(recording -> recording.record(operation, result));
    return result;
  }

  /// Shows `value` to the probe if it wants `site`, and returns what to go on with. A tape would
  /// not know of a change and lead gradients past it: with one, the probe may look and not touch.
  public Tensor at(Site site, Tensor value) {
    if (!probe.wants(site)) {
      return value;
    }
    float[] before = tape.isPresent() ? value.toArray() : NOTHING;
    Tensor seen = probe.at(site, value);
    if (!seen.shape().equals(value.shape())) {
      throw new ShapeException(
          "probe at %s: the replacement %s must have the shape of the value %s"
              .formatted(site, seen, value));
    }
    if (tape.isEmpty()) {
      return seen;
    }
    if (!Arrays.equals(before, seen.toArray())) {
      throw new HeedException(
          "probe at %s: a replacement of %s does not go with a tape; look without a tape, or leave the value"
              .formatted(site, value));
    }
    return value;
  }
}
