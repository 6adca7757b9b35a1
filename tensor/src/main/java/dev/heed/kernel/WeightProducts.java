package dev.heed.kernel;

import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.List;

/// Products of activations with a stored weight, read in place in the type of its file.
public interface WeightProducts {
  /// `y = x wᵀ`.
  ///
  /// @param x `[..., in]`
  /// @param w `[out, in]`
  /// @param y `[..., out]`, overwritten
  void multiply(Tensor x, Weight w, Tensor y, Workers workers);

  /// `ys[i] = x weights[i]ᵀ` for every `i`, in one dispatch to the workers: queries, keys and
  /// values at once, say.
  void multiplyAll(Tensor x, List<Weight> weights, List<Tensor> ys, Workers workers);
}
