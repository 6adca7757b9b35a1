package dev.heed.serve;

import dev.heed.model.LanguageModel;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Traces by what they are of, up to so many bytes: the one that was not asked for the longest goes
/// first. For the thread that computes alone.
final class TraceStore {
  private final long limit;
  private final Map<Key, Traced> traces = new LinkedHashMap<>(16, 0.75f, true);

  TraceStore(long limit) {
    this.limit = limit;
  }

  /// @param model itself: one that was closed and opened again is another
  /// @param continued tokens after the text
  record Key(LanguageModel model, String text, List<Integer> continued) {
    Key {
      continued = List.copyOf(continued);
    }
  }

  long limit() {
    return limit;
  }

  Traced get(Key key, Supplier<Traced> compute) {
    Traced kept = traces.get(key);
    if (kept == null) {
      kept = compute.get();
      traces.put(key, kept);
    }
    // what is kept grows as more is asked of it
    dropOldest(key);
    return kept;
  }

  /// Gives up what is known of a model.
  void drop(LanguageModel model) {
    traces.keySet().removeIf(key -> key.model().equals(model));
  }

  /// Gives up everything.
  void clear() {
    traces.clear();
  }

  long bytes() {
    return traces.values().stream().mapToLong(Traced::bytes).sum();
  }

  private void dropOldest(Key newest) {
    long bytes = bytes();
    Iterator<Map.Entry<Key, Traced>> oldest = traces.entrySet().iterator();
    while (bytes > limit && oldest.hasNext()) {
      Map.Entry<Key, Traced> trace = oldest.next();
      if (!trace.getKey().equals(newest)) {
        bytes -= trace.getValue().bytes();
        oldest.remove();
      }
    }
  }
}
