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
import picocli.CommandLine.Spec;

/// `heed doctor`: what this machine runs, how fast, and what would help.
@Command(
    name = "doctor",
    description = "Shows what this machine runs, measures it for about ten seconds, and advises.")
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Workers workers = threads.workers()) {
      Kernels kernels = Kernels.best();
      describe(out, kernels);
      line(out, "threads", "%d of %d processors".formatted(workers.threads(), processors()));
      out.flush();
      MachineSpeed speed = MachineSpeed.measure(kernels, workers);
      line(out, "matrix product", String.format(Locale.ROOT, "%.1f GFLOP/s", speed.product()));
      line(
          out,
          "attention",
          String.format(
              Locale.ROOT,
              "%.1f GFLOP/s (causal, 8 heads, 1024 positions, width 64)",
              speed.attention()));
      line(
          out,
          "memory",
          String.format(Locale.ROOT, "%.1f GB/s, read by these threads", speed.memory()));
      List<String> advice = Advice.of(kernels, workers.threads(), speed);
      advice.forEach(text -> line(out, "advice", text));
      if (advice.isEmpty()) {
        line(out, "advice", "nothing to improve");
      }
    }
    return ExitCode.DONE;
  }

  private static void describe(PrintWriter out, Kernels kernels) {
    line(
        out,
        "java",
        "%s, %s (%s)"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")));
    line(
        out,
        "machine",
        "%s, %s, %d processors, heap up to %d MiB"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                processors(),
                Runtime.getRuntime().maxMemory() >> 20));
    line(out, "kernels", "%s: %s".formatted(kernels.name(), kernels.reason()));
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static void line(PrintWriter out, String name, String text) {
    out.printf("%-15s %s%n", name, text);
  }
}
