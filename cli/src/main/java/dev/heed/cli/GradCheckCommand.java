package dev.heed.cli;

import dev.heed.checkpoint.Nearest;
import dev.heed.grad.GradCheck;
import dev.heed.grad.Operation;
import dev.heed.grad.Run;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed gradcheck`: compares the gradients of every operation with difference quotients.
@Command(
    name = "gradcheck",
    description = {
      "Compares the gradients of every operation with difference quotients.",
      "Operations are found in the code, and one that nothing checks is a failure. An error of 1 "
          + "is just tolerated."
    })
final class GradCheckCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "One JSON object a case, on a line of its own.")
  private boolean json;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the cases whose operation or choice contains TEXT (default: all).",
      defaultValue = "")
  private String only = "";

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    List<GradCheckCase> all = GradCheckCases.all();
    if (all.stream().noneMatch(this::isChosen)) {
      Set<String> names = new TreeSet<>();
      all.forEach(one -> names.addAll(List.of(name(one.operation()), one.choice())));
      throw new ParameterException(
          spec.commandLine(),
          "--only: no operation and no choice contains '%s'; %s".formatted(only, near(names)));
    }
    return check(all, OperationClasses.find());
  }

  /// What may have been meant.
  private String near(Set<String> names) {
    List<String> nearest = Nearest.of(only, names);
    return nearest.isEmpty()
        ? "some are " + String.join(", ", names.stream().limit(8).toList())
        : "nearest are " + String.join(", ", nearest);
  }

  private boolean isChosen(GradCheckCase one) {
    String part = only.toLowerCase(Locale.ROOT);
    return name(one.operation()).toLowerCase(Locale.ROOT).contains(part)
        || one.choice().toLowerCase(Locale.ROOT).contains(part);
  }

  /// Checks `cases`, and that they cover all `operations`.
  int check(List<GradCheckCase> cases, Set<String> operations) {
    PrintWriter out = spec.commandLine().getOut();
    long checked = 0;
    int failed = 0;
    int shown = 0;
    Set<String> uncovered = new TreeSet<>(operations);
    try (Workers workers = threads.workers()) {
      GradCheck check = new GradCheck(Run.inference(Kernels.best(), workers));
      for (GradCheckCase one : cases) {
        uncovered.remove(one.operation().getName());
        if (!isChosen(one)) {
          continue;
        }
        GradCheck.Result result = one.check(check);
        print(one, result, out);
        shown++;
        checked += result.checked();
        failed += result.passed() ? 0 : 1;
      }
    }
    uncovered.forEach(name -> out.println(json ? jsonUncovered(name) : uncovered(name)));
    failed += uncovered.size();
    if (!json) {
      out.println("total %d cases, %d gradients, %d failed".formatted(shown, checked, failed));
    }
    out.flush();
    return failed == 0 ? ExitCode.DONE : ExitCode.CHECK_FAILED;
  }

  private static String name(Class<? extends Operation> operation) {
    return operation.getSimpleName();
  }

  private void print(GradCheckCase one, GradCheck.Result result, PrintWriter out) {
    String name = name(one.operation());
    if (json) {
      out.println(
          String.format(
              Locale.ROOT,
              "{\"operation\": \"%s\", \"choice\": \"%s\", \"checked\": %d, \"largest\": %s,"
                  + " \"ok\": %s}",
              name,
              one.choice(),
              result.checked(),
              Double.isFinite(result.largest()) ? result.largest() : "null",
              result.passed()));
    } else {
      String verdict = result.failure().map(text -> "FAILED " + text).orElse("ok");
      out.println(
          String.format(
              Locale.ROOT,
              "%-15s %-50s %5d %8.4f %s",
              name,
              one.choice(),
              result.checked(),
              result.largest(),
              verdict));
    }
    out.flush();
  }

  private static String uncovered(String operation) {
    return "%-15s %-50s %5d %8s FAILED nothing checks it"
        .formatted(operation.substring(operation.lastIndexOf('.') + 1), "none", 0, "-");
  }

  private static String jsonUncovered(String operation) {
    return "{\"operation\": \"%s\", \"choice\": \"none\", \"checked\": 0, \"largest\": null, \"ok\": false}"
        .formatted(operation.substring(operation.lastIndexOf('.') + 1));
  }
}
