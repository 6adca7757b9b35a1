package dev.heed.attention;

import dev.heed.grad.Run;

/// Runs attention calls. All executors compute the same thing; they differ in cost and in what they
/// can honour, and throw [UnsupportedCombinationException] rather than leave anything out.
public sealed interface Executor permits Reference {
  /// Writes the result of a call.
  ///
  /// @param out the weighted values `[B, H, T, W]`, overwritten
  void forward(Attention attention, AttentionInput input, HeadView out, Run run);

  /// Adds the gradients of the inputs.
  ///
  /// @param dOut the gradient of the result, `[B, H, T, W]`
  void backward(
      Attention attention, AttentionInput input, HeadView dOut, InputGradients gradients, Run run);
}
