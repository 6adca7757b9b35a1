package dev.heed.cli;

import dev.heed.cli.conform.Comparison;

/// One output of a reference, and how Heed's own compares.
///
/// @param name what is compared, `logits` or `attentions.2`
/// @param way how Heed computed it, `tiled` or `cache`
record ParityCase(String name, String way, Outcome outcome) {
  /// What came of a comparison.
  sealed interface Outcome {
    /// Numbers were compared.
    record Numbers(Comparison comparison) implements Outcome {}

    /// Ids were compared; the first `agreeing` of `count` are the same.
    record Ids(int agreeing, int count) implements Outcome {}

    /// Shapes differ, or the computation failed.
    record Failed(String reason) implements Outcome {}

    /// Heed does not compute this output.
    record Missing(String reason) implements Outcome {}

    /// Heed does not know this kind of model.
    record Unsupported(String reason) implements Outcome {}
  }

  boolean passed() {
    return switch (outcome) {
      case Outcome.Numbers(Comparison comparison) -> comparison.passed();
      case Outcome.Ids(int agreeing, int count) -> agreeing == count;
      case Outcome.Failed _, Outcome.Missing _, Outcome.Unsupported _ -> false;
    };
  }

  boolean missing() {
    return outcome instanceof Outcome.Missing;
  }

  boolean unsupported() {
    return outcome instanceof Outcome.Unsupported;
  }

  /// The case on one line, under the name of its folder.
  String line(String folder) {
    String what = "%-16s %-18s %-10s".formatted(folder, name, way);
    return switch (outcome) {
      case Outcome.Numbers(Comparison numbers) ->
          "%s %-6s max abs %.2e  max rel %.2e  %s"
              .formatted(
                  what,
                  passed() ? "ok" : "FAILED",
                  numbers.absolute(),
                  numbers.relative(),
                  passed()
                      ? numbers.count() + " numbers"
                      : "%d of %d outside".formatted(numbers.outside(), numbers.count()));
      case Outcome.Ids(int agreeing, int count) ->
          "%s %-6s %d of %d ids".formatted(what, passed() ? "ok" : "FAILED", agreeing, count);
      case Outcome.Failed(String reason) -> "%s FAILED %s".formatted(what, reason);
      case Outcome.Missing(String reason) -> "%s MISSING %s".formatted(what, reason);
      case Outcome.Unsupported(String reason) -> "%s UNSUPPORTED %s".formatted(what, reason);
    };
  }
}
