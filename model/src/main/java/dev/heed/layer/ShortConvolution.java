package dev.heed.layer;

import dev.heed.attention.mixer.ShortConvolve;
import dev.heed.grad.Activate;
import dev.heed.grad.Activation;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;
import dev.heed.tensor.Weight;
import java.util.Optional;

/// A causal convolution of each channel over a few positions, and an activation.
///
/// @param taps an array weight `[D, 1, K]`
/// @param bias an array weight `[D]`
public record ShortConvolution(
    Weight taps, Optional<Weight> bias, Optional<Activation> activation) {
  /// @param x `[B, T, D]`
  /// @param state inputs before, `[B, D, K - 1]`, which those of `x` take the place of
  /// @return `[B, T, D]`
  Tensor forward(Tensor x, Optional<Tensor> state, Pass pass, Run run) {
    ShortConvolve convolve = ShortConvolve.of(x, taps, bias);
    if (state.isPresent()) {
      convolve = convolve.after(state.get()).into(state.get());
    }
    if (pass.documents().isPresent()) {
      convolve = convolve.within(pass.documents().get());
    }
    Tensor y = run.apply(convolve);
    return activation.isPresent() ? run.apply(new Activate(y, activation.get())) : y;
  }

  Tensor newState(int batch) {
    return Tensor.zeros(batch, taps.shape().axis(0), taps.shape().axis(-1) - 1);
  }
}
