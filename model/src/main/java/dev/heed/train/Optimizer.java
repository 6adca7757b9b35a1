package dev.heed.train;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;
import java.util.Map;

/// Changes parameters by their gradients, and remembers what it needs to from step to step.
///
/// One optimiser belongs to one list of parameters; one thread uses it at a time. Results are
/// bit-identical for any number of threads.
public sealed interface Optimizer permits AdamW, Muon {
  /// One step.
  ///
  /// @param number of the step, from 1
  /// @param factor of the rates, as the schedule has it
  /// @param scale of the gradients, below 1 where they are clipped
  record Step(long number, double factor, float scale, Run run) {}

  /// Changes every parameter.
  ///
  /// @param gradients one a parameter, of its shape
  void update(List<Tensor> gradients, Step step);

  /// What is remembered, by name, as arrays that the optimiser goes on to change.
  Map<String, Weight> state();
}
