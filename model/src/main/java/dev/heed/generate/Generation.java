package dev.heed.generate;

import java.time.Duration;
import java.util.List;

/// What was generated.
///
/// @param text the continuation, without the prompt
/// @param tokens its ids, without an end token
/// @param promptTokens tokens of the prompt, a beginning token included
public record Generation(
    String text, List<Integer> tokens, Finish finish, int promptTokens, Times times) {

  /// Why a generation ended.
  public enum Finish {
    /// The model said so.
    END_TOKEN,
    /// A stop text appeared.
    STOP_TEXT,
    /// As many tokens as were asked for.
    MAX_TOKENS,
    /// No position was left.
    CONTEXT_FULL,
    /// The thread was interrupted.
    INTERRUPTED
  }

  /// How long it took from the call until the first token was chosen, and until the end.
  public record Times(Duration firstToken, Duration total) {}

  /// Prompt tokens read a second.
  public double promptSpeed() {
    return promptTokens / seconds(times.firstToken());
  }

  /// Tokens chosen a second after the first one; 0 where there was no second.
  public double generationSpeed() {
    int further = Math.max(0, tokens.size() - 1);
    return further == 0 ? 0 : further / seconds(times.total().minus(times.firstToken()));
  }

  private static double seconds(Duration duration) {
    return Math.max(1, duration.toNanos()) * 1e-9;
  }
}
