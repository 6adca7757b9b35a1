package dev.heed.generate;

import java.util.List;

/// Chooses the next token.
@FunctionalInterface
public interface Sampler {
  /// @param logits `[V]`, scratch that the sampler may change
  /// @param history the tokens so far, prompt included
  /// @return the id of the chosen token
  int choose(float[] logits, List<Integer> history);
}
