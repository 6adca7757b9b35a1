package dev.heed.grad;

import dev.heed.tensor.Tensor;

/// One differentiable step: its forward and its backward, beside each other.
///
/// An operation is a final class that holds its operands and whatever its backward needs of its
/// forward. It is applied once, by [Run#apply].
public interface Operation {
  /// Computes the result, in memory taken from the run.
  Tensor forward(Run run);

  /// Adds to the gradient of each operand.
  ///
  /// @param dy the gradient of the result, of its shape
  void backward(Tensor dy, Gradients gradients, Run run);
}
