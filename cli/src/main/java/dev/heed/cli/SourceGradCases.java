package dev.heed.cli;

import dev.heed.attention.source.Prepend;
import dev.heed.cli.GradCheckCases.Numbers;
import java.util.ArrayList;
import java.util.List;

/// Cases of what brings keys and values from elsewhere.
final class SourceGradCases {
  private static final int BATCH = 2;
  private static final int LENGTH = 11;

  private final Numbers numbers = new Numbers(4);
  private final List<GradCheckCase> cases = new ArrayList<>();

  private SourceGradCases() {}

  static List<GradCheckCase> all() {
    SourceGradCases made = new SourceGradCases();
    made.prefix();
    return made.cases;
  }

  private void prefix() {
    cases.add(
        GradCheckCase.of(
            "learned rows",
            new Prepend(numbers.weight("rows", 3, 10), numbers.tensor(BATCH, LENGTH, 10))));
  }
}
