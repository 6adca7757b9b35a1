package dev.heed.cli.conform;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What came of a case.
public sealed interface Verdict {
  /// Numbers were compared.
  record Compared(List<Check> checks) implements Verdict {
    Check worst() {
      Comparator<Check> byExcess =
          Comparator.comparingLong((Check check) -> check.comparison().outside())
              .thenComparingDouble(check -> check.comparison().absolute());
      return checks.stream().max(byExcess).orElseThrow();
    }

    long failed() {
      return checks.stream().filter(check -> !check.comparison().passed()).count();
    }

    /// How many outputs each way computed, `Reference 7, Tiled 6`.
    private String ways() {
      Map<String, Integer> ways = new LinkedHashMap<>();
      checks.forEach(check -> ways.merge(check.way(), 1, Integer::sum));
      return ways.entrySet().stream()
          .map(way -> way.getKey() + " " + way.getValue())
          .collect(Collectors.joining(", "));
    }
  }

  /// The file is broken, or the computation failed.
  record Failed(String reason) implements Verdict {}

  /// Heed cannot express the case.
  record Unsupported(String reason) implements Verdict {}

  default boolean passed() {
    return this instanceof Compared compared && compared.failed() == 0;
  }

  default boolean unsupported() {
    return this instanceof Unsupported;
  }

  /// The verdict on one line, under the name of its case.
  default String line(String name) {
    return switch (this) {
      case Compared compared -> "%-56s %s".formatted(name, text(compared));
      case Failed(String reason) -> "%-56s FAILED %s".formatted(name, reason);
      case Unsupported(String reason) -> "%-56s UNSUPPORTED %s".formatted(name, reason);
    };
  }

  private static String text(Compared compared) {
    Check worst = compared.worst();
    Comparison numbers = worst.comparison();
    String failed =
        compared.failed() == 0
            ? ""
            : "; %d of %d outputs outside".formatted(compared.failed(), compared.checks().size());
    return String.format(
        Locale.ROOT,
        "%-6s max abs %.1e of %s by %s; outputs: %s%s",
        compared.failed() == 0 ? "ok" : "FAILED",
        numbers.absolute(),
        worst.output(),
        worst.way(),
        compared.ways(),
        failed);
  }
}
