package dev.heed.layer;

import dev.heed.attention.CacheChoice;
import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;

/// What moves numbers between positions: the one part of a block that does. A model may have
/// another in every block.
public sealed interface Mixer
    permits SelfAttention,
        SharedAttention,
        LinearAttention,
        StateSpaceDual,
        DiagonalStateSpace,
        GatedConvolution,
        GatedRecurrence {
  /// @param x `[B, T, D]`
  /// @param block the number of the block, for the sites and for what it keeps of a text
  /// @return `[B, T, D]`
  Tensor forward(Tensor x, int block, Pass pass, Run run);

  /// What it keeps of a text while it is decoded, of no position yet.
  ///
  /// @param batch sequences
  /// @param limit the most positions of each
  /// @param longest the most positions that are read at once
  /// @param choice how keys and values are held
  MixerCache newCache(int batch, int limit, int longest, CacheChoice choice);
}
