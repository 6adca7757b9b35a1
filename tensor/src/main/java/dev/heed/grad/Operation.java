package dev.heed.grad;

import dev.heed.tensor.Operand;
import dev.heed.tensor.Tensor;
import java.util.List;

/// One differentiable step: its forward and its backward, beside each other.
///
/// An operation is a final class that holds its operands and whatever its backward needs of its
/// forward. It is applied once, by [Run#apply].
public interface Operation {
  /// What the operation reads and a gradient may flow to.
  List<Operand> operands();

  /// Whether the backward reads the result; if it does not, the memory of the result may be in use
  /// again by then.
  default boolean readsResult() {
    return true;
  }

  /// Computes the result, in memory taken from the run.
  Tensor forward(Run run);

  /// Adds to the gradient of each operand that is wanted.
  ///
  /// @param dy the gradient of the result, of its shape; not to be written to
  void backward(Tensor dy, Gradients gradients, Run run);
}
