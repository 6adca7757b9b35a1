package dev.heed.cli;

import dev.heed.grad.GradCheck;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.tensor.HeedException;
import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// One case of `heed gradcheck`.
///
/// @param operation its class
/// @param choice what the case is of, beside its operation
/// @param operands those whose gradients are checked
/// @param forward applies the operation, made anew, to the operands
record GradCheckCase(
    Class<? extends Operation> operation,
    String choice,
    List<? extends Operand> operands,
    Function<Run, Tensor> forward) {
  /// A case of an operation that reads its operands at every call.
  static GradCheckCase of(String choice, Operation operation) {
    return new GradCheckCase(
        operation.getClass(), choice, operation.operands(), run -> run.apply(operation));
  }

  /// Compares all gradients; what cannot be computed is a failure.
  GradCheck.Result check(GradCheck with) {
    try {
      return with.check(operands, forward);
    } catch (HeedException e) {
      return new GradCheck.Result(0, Double.NaN, Optional.of(e.getMessage()));
    }
  }
}
