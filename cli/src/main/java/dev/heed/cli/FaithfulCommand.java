package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.Calibration;
import dev.heed.lens.Calibration.Outcomes;
import dev.heed.lens.Faithfulness;
import dev.heed.lens.ImposedWeights;
import dev.heed.lens.Lens;
import dev.heed.lens.SeedVariance;
import dev.heed.lens.TemperatureScaling;
import dev.heed.model.LanguageModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed faithful`: whether attention explains a model's answers, and whether it knows how sure it
/// may be.
@Command(
    name = "faithful",
    description = {
      "Tells whether a model's attention explains what it says, and whether it is right as often as it says.",
      "The last token of each text looks elsewhere, in all layers and heads at once, and the answer is compared (total variation, 0 to 1).",
      "An adversary seeks attention as far as possible from the model's that leaves the answer as it is. "
          + "Then: calibration, whether the model is right as often as it says, before and after a temperature "
          + "that was fitted on the other half of the text."
    },
    showDefaultValues = true)
final class FaithfulCommand implements Callable<Integer> {
  private static final int LONGEST = 128;
  private static final int IMPOSED_TEXTS = 6;

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(names = "--examples", paramLabel = "N", description = "Texts of the attention tests.")
  private int examples = 5;

  @Option(names = "--length", paramLabel = "N", description = "Tokens of each of these texts.")
  private int length = 24;

  @Option(
      names = "--thorough",
      description =
          "100 shuffles, and 500 steps of five candidates for the adversary, as in the paper.")
  private boolean thorough;

  @Option(
      names = "--beside",
      paramLabel = "MODEL",
      description =
          "A model that differs by its seed, may be repeated: how far attention differs by chance alone.")
  private List<Path> beside = List.of();

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Mixin private TextsOption texts;

  @Mixin private ThreadsOption threads;

  /// What a model is judged on, and what came of it.
  private record Found(
      Faithfulness attention,
      Optional<SeedVariance> seeds,
      Optional<ImposedWeights> imposed,
      Calibration before,
      Calibration after,
      double temperature) {}

  @Override
  public Integer call() {
    if (examples < 1 || length < 3) {
      throw new ParameterException(
          spec.commandLine(),
          "--examples %d of --length %d; at least 1 of 3 would fit".formatted(examples, length));
    }
    PrintWriter out = spec.commandLine().getOut();
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      Lens lens = Lens.of(opened, workers);
      int context = Math.min(LONGEST, opened.decoder().context());
      List<int[]> windows = texts.windows(opened, context, workers);
      Found found = found(lens, opened, windows, workers);
      if (json) {
        out.println(json(found));
      } else {
        print(found, out);
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  private Found found(Lens lens, LanguageModel opened, List<int[]> windows, Workers workers) {
    int shorter = Math.min(length, opened.decoder().context());
    List<int[]> starts = texts.windows(opened, shorter, workers).stream().limit(examples).toList();
    Faithfulness attention =
        Faithfulness.of(
            lens, starts, thorough ? Faithfulness.Settings.PAPER : Faithfulness.Settings.QUICK);
    TemperatureScaling scaling = TemperatureScaling.of(Outcomes.of(lens, windows));
    List<int[]> some = windows.stream().limit(IMPOSED_TEXTS).toList();
    return new Found(
        attention,
        seeds(lens, starts, workers),
        thorough && some.size() >= 3
            ? Optional.of(ImposedWeights.of(lens, some))
            : Optional.empty(),
        scaling.at(1),
        scaling.at(scaling.temperature()),
        scaling.temperature());
  }

  private Optional<SeedVariance> seeds(Lens lens, List<int[]> texts, Workers workers) {
    if (beside.isEmpty()) {
      return Optional.empty();
    }
    List<LanguageModel> opened = new ArrayList<>();
    try {
      beside.forEach(other -> opened.add(Models.open(other)));
      List<Lens> others = opened.stream().map(other -> Lens.of(other, workers)).toList();
      return Optional.of(SeedVariance.of(lens, others, texts));
    } finally {
      opened.forEach(LanguageModel::close);
    }
  }

  private Json.Obj json(Found found) {
    Json.Obj attention = found.attention.json();
    if (found.seeds.isPresent()) {
      attention = attention.with("seeds", found.seeds.get().json());
    }
    if (found.imposed.isPresent()) {
      attention = attention.with("imposed", found.imposed.get().json());
    }
    return Json.object()
        .with("model", model.toString())
        .with("attention", attention)
        .with("calibration", found.before.json())
        .with("temperature", found.temperature)
        .with("calibrated", found.after.json());
  }

  private void print(Found found, PrintWriter out) {
    Faithfulness.Medians median = found.attention.median();
    out.printf(
        Locale.ROOT,
        "attention (%s of %d tokens, %s; medians)%n",
        Words.count(found.attention.examples().size(), "text"),
        length,
        texts.source());
    line(
        out,
        "answer moves when the last token's weights are shuffled, by",
        median.permuted(),
        " of 1");
    line(out, "answer moves when they are all alike, by", median.uniform(), " of 1");
    line(
        out,
        "an adversary moves them, with the answer within 0.01, by",
        median.adversarial(),
        " nats of at most 0.693");
    line(out, "rank correlation with gradient times input", median.gradient(), "");
    line(out, "rank correlation with leaving tokens out", median.leaveOneOut(), "");
    line(
        out,
        "lost when every token attends to all alike",
        found.attention.uniformLoss(),
        " nats a token");
    found.seeds.ifPresent(seeds -> {
      line(out, "mean attention of models of other seeds differs by", seeds.divergence(), " nats");
      line(out, "their answers differ by", seeds.variation(), " of 1");
    });
    found.imposed.ifPresent(imposed -> {
      line(out, "next token from words weighed by attention, right", imposed.imposed(), " of 1");
      line(out, "next token from words weighed alike, right", imposed.uniform(), " of 1");
    });
    out.printf("verdict: %s%n%n", found.attention.verdict().text());
    calibration(found, out);
  }

  private static void calibration(Found found, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-27s  as it is   temperature %.3f%n",
        "calibration (%,d tokens)".formatted(found.before.count()),
        found.temperature);
    Calibration a = found.before;
    Calibration b = found.after;
    two(out, "accuracy", a.accuracy(), b.accuracy());
    two(out, "mean confidence", a.confidence(), b.confidence());
    two(out, "ECE, 15 bins", a.ece(), b.ece());
    two(out, "adaptive ECE", a.adaptiveEce(), b.adaptiveEce());
    two(out, "Brier", a.brier(), b.brier());
    two(out, "loss, nats", a.loss(), b.loss());
    out.println("when it said   it came true   of tokens");
    for (Calibration.Bin bin : a.bins()) {
      if (bin.count() > 0) {
        out.printf(
            Locale.ROOT,
            "%12.3f   %12.3f   %9d  %s%n",
            bin.confidence(),
            bin.accuracy(),
            bin.count(),
            "#".repeat((int) Math.round(40 * bin.accuracy())));
      }
    }
  }

  private static void line(PrintWriter out, String what, double figure, String unit) {
    out.printf(Locale.ROOT, "  %-59s %7.4f%s%n", what, figure, unit);
  }

  private static void two(PrintWriter out, String what, double before, double after) {
    out.printf(Locale.ROOT, "  %-25s %8.4f   %8.4f%n", what, before, after);
  }
}
