package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;

/// Products of activations with a stored weight, read in place in the type of its file.
public interface WeightProducts {
  /// `y = x wᵀ`.
  ///
  /// @param x `[..., in]`
  /// @param w `[out, in]`
  /// @param y `[..., out]`, overwritten
  void multiply(Tensor x, Weight w, Tensor y, Workers workers);
}
