package dev.heed.layer;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;

/// What moves numbers between positions: the one part of a block that does. A model may have
/// another in every block.
public sealed interface Mixer permits SelfAttention {
  /// @param x `[B, T, D]`
  /// @param block the number of the block, for the sites and for what it keeps of a text
  /// @return `[B, T, D]`
  Tensor forward(Tensor x, int block, Pass pass, Run run);
}
