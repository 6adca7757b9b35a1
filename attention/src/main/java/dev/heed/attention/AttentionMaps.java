package dev.heed.attention;

import dev.heed.grad.Run;
import dev.heed.tensor.Tensor;

/// The maps of a call, materialised: attention, stopped at each step.
public sealed interface AttentionMaps permits ReferenceMaps, TiledMaps {
  /// The scores that the normalizer sees, -∞ where masked, `[B, H, T, S]`.
  Tensor scores(Run run);

  /// The weights of given scores that values are weighed with, `[B, H, T, S]`.
  Tensor pattern(Tensor scores, Run run);

  /// The values weighed by a given pattern, into `out`, `[B, H, T, W]`.
  void mix(Tensor pattern, HeadView out, Run run);

  /// As [Reference] computes them.
  static AttentionMaps of(Attention attention, AttentionInput input) {
    return new ReferenceMaps(BoundCall.of(attention, input));
  }

  /// As an executor computes them: in tiles, but for [Reference] and where rows are mixed.
  static AttentionMaps of(Attention attention, AttentionInput input, Executor executor) {
    BoundCall call = BoundCall.of(attention, input);
    return executor instanceof Reference || MixedBlock.isFor(call)
        ? new ReferenceMaps(call)
        : new TiledMaps(call);
  }
}
