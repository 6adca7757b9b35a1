package dev.heed.generate;

import java.util.List;
import java.util.OptionalInt;

/// Passes streamed text on until a stop string appears, which is held back, as is any tail that
/// could begin one.
final class StopFilter {
  private final List<String> stops;
  private final StringBuilder held = new StringBuilder();
  private boolean stopped;

  StopFilter(List<String> stops) {
    this.stops = List.copyOf(stops);
  }

  /// Takes the next piece and returns what can be shown of everything so far.
  String accept(String piece) {
    if (stopped) {
      return "";
    }
    held.append(piece);
    OptionalInt stop = stops.stream().mapToInt(held::indexOf).filter(at -> at >= 0).min();
    if (stop.isPresent()) {
      stopped = true;
      held.setLength(stop.getAsInt());
      return finish();
    }
    String shown = held.substring(0, held.length() - pending());
    held.delete(0, shown.length());
    return shown;
  }

  /// Whether a stop string was met.
  boolean stopped() {
    return stopped;
  }

  /// What was held back and turned out not to be a stop string.
  String finish() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }

  // The length of the longest tail that begins a stop string.
  private int pending() {
    int longest = 0;
    for (String stop : stops) {
      for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
        if (stop.startsWith(held.substring(held.length() - length))) {
          longest = length;
        }
      }
    }
    return longest;
  }
}
