package dev.heed.generate;

import dev.heed.attention.CacheChoice;
import java.util.List;
import java.util.OptionalInt;

/// What to generate and when to stop.
///
/// @param maxTokens new tokens, not counting the prompt
/// @param stops texts that end the generation; they are not shown
/// @param context the most positions to use, the model's own where absent
/// @param cache how keys and values are kept
public record GenerationSettings(
    int maxTokens, Sampling sampling, List<String> stops, OptionalInt context, CacheChoice cache) {
  public GenerationSettings {
    if (maxTokens < 0) {
      throw new GenerationException("generate: %d new tokens; 0 or more fit".formatted(maxTokens));
    }
    if (context.isPresent() && context.getAsInt() < 1) {
      throw new GenerationException(
          "generate: a context of %d positions; 1 or more fit".formatted(context.getAsInt()));
    }
    stops = List.copyOf(stops);
    if (stops.contains("")) {
      throw new GenerationException("stop: an empty text would stop at once; name some text");
    }
  }

  /// With the cache that fits.
  public GenerationSettings(
      int maxTokens, Sampling sampling, List<String> stops, OptionalInt context) {
    this(maxTokens, sampling, stops, context, CacheChoice.fitting());
  }

  /// The most probable token each time, at most `maxTokens` of them.
  public static GenerationSettings greedy(int maxTokens) {
    return new GenerationSettings(maxTokens, Sampling.GREEDY, List.of(), OptionalInt.empty());
  }

  public GenerationSettings withSampling(Sampling other) {
    return new GenerationSettings(maxTokens, other, stops, context, cache);
  }

  public GenerationSettings withStops(String... texts) {
    return new GenerationSettings(maxTokens, sampling, List.of(texts), context, cache);
  }

  public GenerationSettings withContext(int positions) {
    return new GenerationSettings(maxTokens, sampling, stops, OptionalInt.of(positions), cache);
  }

  public GenerationSettings withCache(CacheChoice other) {
    return new GenerationSettings(maxTokens, sampling, stops, context, other);
  }
}
