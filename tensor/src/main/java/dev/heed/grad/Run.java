package dev.heed.grad;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Shape;
import dev.heed.tensor.ShapeException;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Workspace;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What one call carries: kernels, threads, scratch, and the tape and the probe where there are
/// any.
///
/// One thread uses a run at a time; many runs may share a model.
public final class Run {
  private static final float[] NOTHING = {};

  private final Kernels kernels;
  private final Workers workers;
  private final Workspace workspace = new Workspace();
  private final Optional<Tape> tape;
  private final Probe probe;
  private final Map<Class<?>, Object> choices;

  private Run(
      Kernels kernels,
      Workers workers,
      Optional<Tape> tape,
      Probe probe,
      Map<Class<?>, Object> choices) {
    this.kernels = kernels;
    this.workers = workers;
    this.tape = tape;
    this.probe = probe;
    this.choices = choices;
  }

  /// A run that computes forward and nothing else.
  public static Run inference(Kernels kernels, Workers workers) {
    return new Run(kernels, workers, Optional.empty(), Probe.NONE, Map.of());
  }

  /// The same kernels and threads, with a new tape.
  public Run taped() {
    return new Run(kernels, workers, Optional.of(new Tape()), probe, choices);
  }

  /// The same kernels and threads, seen by `probe`.
  public Run probed(Probe probe) {
    return new Run(kernels, workers, tape, probe, choices);
  }

  /// The same run with a choice for operations that have several ways to compute, by the type of
  /// the choice; the executor of attention, for one.
  public <T> Run choosing(Class<T> type, T choice) {
    Map<Class<?>, Object> more = new HashMap<>(choices);
    more.put(type, type.cast(choice));
    return new Run(kernels, workers, tape, probe, Map.copyOf(more));
  }

  /// The choice of a type, where there is one.
  public <T> Optional<T> choice(Class<T> type) {
    return Optional.ofNullable(choices.get(type)).map(type::cast);
  }

  public Kernels kernels() {
    return kernels;
  }

  public Workers workers() {
    return workers;
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

  /// A tensor of uncleared memory for a result: from the workspace, or of its own where a tape
  /// keeps it.
  public Tensor allocate(Shape shape) {
    return tape.isPresent() ? Tensor.zeros(shape) : workspace.take(shape);
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
