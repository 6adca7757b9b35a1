package dev.heed.train;

import dev.heed.grad.Run;
import java.util.ArrayList;
import java.util.List;

/// Cuts several arrays into tasks by their lengths alone, so that short arrays share one pass over
/// the threads and results do not depend on how many there are.
final class Spans {
  private static final int LONGEST = 1 << 14;

  /// Numbers `from` to `from + length` of array `index`.
  record Span(int index, int from, int length) {}

  /// What is done with a span.
  @FunctionalInterface
  interface Work {
    void accept(Span span);
  }

  private final List<Span> spans = new ArrayList<>();

  /// @param lengths of the arrays
  Spans(int... lengths) {
    for (int index = 0; index < lengths.length; index++) {
      for (int from = 0; from < lengths[index]; from += LONGEST) {
        spans.add(new Span(index, from, Math.min(LONGEST, lengths[index] - from)));
      }
    }
  }

  static Spans of(List<Parameter> parameters) {
    return new Spans(parameters.stream().mapToInt(Parameter::size).toArray());
  }

  int count() {
    return spans.size();
  }

  /// Runs `work` once a span.
  void run(Run run, Work work) {
    run.workers().run(spans.size(), (task, _) -> work.accept(spans.get(task)));
  }

  /// Runs `work` once a span, which is told its number, to leave a result under.
  void runNumbered(Run run, NumberedWork work) {
    run.workers().run(spans.size(), (task, _) -> work.accept(task, spans.get(task)));
  }

  /// What is done with a span of a number.
  @FunctionalInterface
  interface NumberedWork {
    void accept(int number, Span span);
  }
}
