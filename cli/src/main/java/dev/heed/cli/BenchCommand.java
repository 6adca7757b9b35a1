package dev.heed.cli;

import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed bench`: the speed of the kernels, in the cases of `bench/torch_peer.py`.
@Command(
    name = "bench",
    description = "Measures the kernels in the cases that bench/compare measures in PyTorch.")
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ThreadsOption threads;

  @Option(names = "--json", description = "One JSON object a case, on a line of its own.")
  private boolean json;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description = "Only the cases whose names contain TEXT, such as gemm (default: all).",
      defaultValue = "")
  private String only = "";

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description =
          "Seconds to measure a case, after as many to warm up (default: ${DEFAULT-VALUE}).")
  private double seconds = 2;

  @Override
  public Integer call() {
    if (!(seconds > 0 && seconds <= 3600)) {
      throw wrong("--seconds: %s; more than 0 and at most 3600 fit".formatted(seconds));
    }
    List<BenchCase> cases =
        BenchCases.all().stream().filter(one -> one.name().contains(only)).toList();
    if (cases.isEmpty()) {
      List<String> names = BenchCases.all().stream().map(BenchCase::name).toList();
      throw wrong(
          "--only: no case contains '%s'; cases are %s".formatted(only, String.join(", ", names)));
    }
    PrintWriter out = spec.commandLine().getOut();
    Kernels kernels = Kernels.best();
    try (Workers workers = threads.workers()) {
      for (BenchCase one : cases) {
        BenchCase.Times times = one.measure(kernels, workers, seconds);
        out.println(json ? jsonLine(one, times, workers) : textLine(one, times, workers));
        out.flush();
      }
    }
    return ExitCode.DONE;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String jsonLine(BenchCase one, BenchCase.Times times, Workers workers) {
    return String.format(
        Locale.ROOT,
        "{\"case\": \"%s\", \"threads\": %d, \"median_s\": %s, \"min_s\": %s, \"runs\": %d,"
            + " \"unit\": \"%s\", \"rate\": %s, \"bytes\": %.0f, \"gc_s\": %s}",
        one.name(),
        workers.threads(),
        times.median(),
        times.least(),
        times.runs(),
        one.unit(),
        one.amount() / times.median(),
        times.garbage().bytes(),
        times.garbage().seconds());
  }

  private static String textLine(BenchCase one, BenchCase.Times times, Workers workers) {
    return String.format(
        Locale.ROOT,
        "%-48s %8.2f %s/s on %d threads (median of %d runs, %.1f kB a run left to the collector)",
        one.name(),
        one.amount() / times.median(),
        one.unit(),
        workers.threads(),
        times.runs(),
        times.garbage().bytes() * 1e-3);
  }
}
