package dev.heed.lens;

import dev.heed.generate.GenerationSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// A prompt that is to be continued, and what is changed while it is.
///
/// Interventions act at every step, on what is read then: positions are those of the whole text, so
/// that each token is changed as one pass over all of them would change it. A patch must name its
/// positions, or come of a text as long as the context.
///
/// @param endTokens ids that end a generation
@SuppressWarnings("ArrayRecordComponent")
public record Continuation(
    int[] prompt,
    GenerationSettings settings,
    Set<Integer> endTokens,
    List<Intervention> interventions) {
  public Continuation {
    prompt = prompt.clone();
    endTokens = Set.copyOf(endTokens);
    interventions = List.copyOf(interventions);
  }

  /// Of which nothing is changed, until the settings end it.
  public static Continuation of(int[] prompt, GenerationSettings settings) {
    return new Continuation(prompt, settings, Set.of(), List.of());
  }

  /// The same with other changes.
  public Continuation with(List<Intervention> others) {
    return new Continuation(prompt, settings, endTokens, others);
  }

  /// The same, ended by some ids besides.
  public Continuation endingAt(Set<Integer> ids) {
    return new Continuation(prompt, settings, ids, interventions);
  }

  @Override
  public int[] prompt() {
    return prompt.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Continuation(int[] ids, var set, var ends, var changes)
        && Arrays.equals(ids, prompt)
        && set.equals(settings)
        && ends.equals(endTokens)
        && changes.equals(interventions);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(prompt) + settings.hashCode();
  }
}
