package dev.heed.layer;

import dev.heed.grad.Project;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// A linear layer, `y = x wᵀ + b`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`
public record Linear(Weight weight, Optional<Weight> bias) {
  /// A layer without a bias.
  public Linear(Weight weight) {
    this(weight, Optional.empty());
  }

  /// @param x `[..., in]`
  /// @return `[..., out]`
  public Tensor forward(Tensor x, Run run) {
    return run.apply(new Project(x, weight, bias));
  }

  public int out() {
    return weight.shape().axis(0);
  }
}
