package dev.heed.grad;

import dev.heed.tensor.HeedException;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/// The operations of one forward in their order, to be run backwards.
public final class Tape {
  private record Entry(Operation operation, Tensor result) {}

  private final List<Entry> entries = new ArrayList<>();

  /// A tape with nothing on it.
  public Tape() {}

  void record(Operation operation, Tensor result) {
    entries.add(new Entry(operation, result));
  }

  /// Runs the tape backwards from `result`.
  ///
  /// @param dResult the gradient of `result`, of its shape
  public Gradients backward(Tensor result, Tensor dResult, Run run) {
    if (!result.shape().equals(dResult.shape())) {
      throw new HeedException(
          "backward: the gradient %s does not fit the result %s".formatted(dResult, result));
    }
    Gradients gradients = new Gradients();
    Tensor seed = gradients.of(result);
    System.arraycopy(dResult.array(), dResult.offset(), seed.array(), seed.offset(), seed.size());
    for (Entry entry : entries.reversed()) {
      gradients
          .find(entry.result())
          .ifPresent(dy -> entry.operation().backward(dy, gradients, run));
    }
    return gradients;
  }
}
