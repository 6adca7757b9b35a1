package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.kernel.Workers;
import dev.heed.lens.HeadAnalysis;
import dev.heed.lens.HeadReport;
import dev.heed.lens.HeadRole;
import dev.heed.lens.HeadStatistics;
import dev.heed.lens.Lens;
import dev.heed.lens.SyntacticRoles;
import dev.heed.lens.TextStatistics;
import dev.heed.lens.TextWindows;
import dev.heed.lens.Treebank;
import dev.heed.model.LanguageModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `heed heads`: what the heads of a model are for.
@Command(
    name = "heads",
    description = {
      "Tells what each attention head of a model does, from three sides that should agree.",
      "Pattern, where it looks: the share of its weight where a role expects it, above chance;",
      "weights, what its matrices say: how much it copies (0.5 is chance), how much of its weight is on the "
          + "token before when positions alone are known, whose output an induction head's keys read;",
      "loss, what is lost without it, in nats a token: its mean in its place, and zeros; on texts, and on random "
          + "tokens that come twice.",
      "With --statistics it tells how the heads spread their attention over the whole text instead, in windows of "
          + "the model's context that are observed while they stream, so that no text is too long.",
      "Roles: previous, current, first (where attention rests), duplicate, induction."
    },
    showDefaultValues = true)
final class HeadsCommand implements Callable<Integer> {
  private static final int LONGEST = 128;
  private static final int TOP = 4;

  /// What the columns of the table mean.
  private static final List<String> LEGEND =
      List.of(
          "",
          "share: of its weight where its role expects it, above chance; other: the same without the first token",
          "copies: 0.5 is chance; prev.: on the token before, by positions alone; reads: whose output its keys read",
          "nats lost a token, with its mean or zeros in its place; repeated: random tokens that come twice",
          "entropy: of what its keys allow, 0 to 1; first: weight on the first token; back: tokens, on average");

  @Spec private CommandSpec spec;

  @Mixin private ModelOption model;

  @Option(names = "--json", description = "Prints one JSON object on one line.")
  private boolean json;

  @Option(
      names = "--statistics",
      description = "Reads the whole text and prints statistics alone; no map is kept.")
  private boolean statistics;

  @Option(
      names = "--window",
      paramLabel = "N",
      description = "Tokens of a window of --statistics; as many as the model's context without.")
  private @Nullable Integer window;

  @Option(
      names = "--treebank",
      paramLabel = "FILE",
      description =
          "A CoNLL-U file: tells which heads look along its dependencies, and how often a fixed distance would.")
  private @Nullable Path treebank;

  @Mixin private TextsOption texts;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      if (treebank != null) {
        return syntax(treebank, opened, workers);
      }
      if (statistics) {
        return statistics(opened, workers, out);
      }
      int length = Math.min(LONGEST, opened.decoder().context());
      List<int[]> windows = texts.windows(opened, length, workers);
      List<HeadReport> reports =
          HeadAnalysis.of(
              Lens.of(opened, workers),
              windows,
              TextWindows.beginning(opened.tokenizer()),
              texts.seed());
      if (json) {
        out.println(
            Json.object()
                .with("model", model.toString())
                .with("tokens", (long) windows.size() * length)
                .with("heads", Json.of(reports.stream().map(HeadReport::json).toList())));
      } else {
        out.printf(
            "%s of %d tokens, %s%n%n",
            Words.count(windows.size(), "window"), length, texts.source());
        print(reports, out);
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  private int syntax(Path file, LanguageModel opened, Workers workers) {
    PrintWriter out = spec.commandLine().getOut();
    SyntacticRoles roles =
        SyntacticRoles.of(
            Lens.of(opened, workers),
            opened.tokenizer(),
            Treebank.read(file),
            TextWindows.beginning(opened.tokenizer()));
    if (json) {
      out.println(roles.json().with("model", model.toString()));
    } else {
      out.printf(
          "%s of %s, %d left out as longer than the context%n%n",
          Words.count(roles.sentences(), "sentence"), file, roles.leftOut());
      print(roles, out);
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static void print(SyntacticRoles roles, PrintWriter out) {
    out.println(
        "relation    looks         pairs  best head  right  fixed distance  syntactic heads");
    for (SyntacticRoles.Score best : roles.best()) {
      List<String> syntactic =
          roles.of(best.relation(), best.direction()).stream()
              .filter(SyntacticRoles.Score::isSyntactic)
              .map(score -> score.head().toString())
              .toList();
      out.printf(
          Locale.ROOT,
          "%-10s  %-12s  %5d  %-9s  %5.2f  %5.2f at %+4d   %s%n",
          best.relation(),
          best.direction().text(),
          best.pairs(),
          best.head(),
          best.accuracy(),
          best.baseline(),
          best.distance(),
          syntactic.isEmpty() ? "-" : String.join(" ", syntactic));
    }
    out.println();
    out.println(
        "right: how often the other end gets most of a word's weight; a head is syntactic where that is");
    out.printf(
        Locale.ROOT,
        "%.2f more than always looking as many words away; any, to head: the unlabelled attachment score%n",
        SyntacticRoles.ABOVE_BASELINE);
  }

  private int statistics(LanguageModel opened, Workers workers, PrintWriter out) {
    int context = opened.decoder().context();
    int length = window == null ? context : window;
    TextStatistics.Settings settings =
        new TextStatistics.Settings(length, TOP, TextWindows.beginning(opened.tokenizer()));
    int[] text = texts.whole(opened, Math.min(LONGEST, context), workers);
    TextStatistics read = TextStatistics.of(Lens.of(opened, workers), text, settings);
    if (json) {
      out.println(read.json().with("model", model.toString()));
    } else {
      out.printf(
          "%s %s, %s of %d%n%n",
          Words.count(read.tokens(), "token"),
          texts.source(),
          Words.count(read.windows(), "window"),
          length);
      print(read, out);
    }
    out.flush();
    return ExitCode.DONE;
  }

  private static void print(TextStatistics read, PrintWriter out) {
    out.println("head    entropy  of most  span    max   top %d  first  distance".formatted(TOP));
    for (TextStatistics.Head head : read.heads()) {
      HeadStatistics of = head.statistics();
      out.printf(
          Locale.ROOT,
          "%-6s  %7.3f  %7.2f  %5.1f  %.2f  %6.2f  %5.2f  %8.1f%n",
          head.id(),
          of.entropy(),
          of.entropyRatio(),
          of.span(),
          of.max(),
          head.top(),
          of.sink(),
          of.distance());
    }
  }

  private static void print(List<HeadReport> reports, PrintWriter out) {
    out.println(
        "       where it looks           what weights say           nats lost without it: texts   repeated     statistics");
    out.println(
        "head   role       share  other  copies  prev.  reads           mean   zero    mean   zero   entropy first  back   weights, loss agree");
    for (HeadReport report : reports) {
      Optional<HeadRole> role = report.role();
      String share = role.map(r -> two(report.aboveChance(r))).orElse("-");
      String beside = role.map(r -> two(report.score(r).besideFirst())).orElse("-");
      String reads =
          report
              .weights()
              .reads()
              .map(p -> "L%dH%d%+.2f".formatted(p.layer(), p.head(), p.composition()))
              .orElse("-");
      HeadReport.Loss loss = report.loss();
      out.printf(
          Locale.ROOT,
          "%-6s %-10s %5s  %5s   %5s  %5s  %-12s %6s %6s  %6s %6s      %.2f  %.2f %5.1f   %s%n",
          report.name(),
          role.map(HeadRole::text).orElse("-"),
          share,
          beside,
          report.weights().copying().map(HeadsCommand::two).orElse("-"),
          report.weights().positional().map(HeadsCommand::two).orElse("-"),
          reads,
          Words.fixed(loss.textMean(), 3),
          Words.fixed(loss.textZero(), 3),
          Words.fixed(loss.repeatedMean(), 3),
          Words.fixed(loss.repeatedZero(), 3),
          report.statistics().entropyRatio(),
          report.statistics().sink(),
          report.statistics().distance(),
          agreement(report));
    }
    LEGEND.forEach(out::println);
  }

  /// Which of the other two evidences agree with the pattern.
  private static String agreement(HeadReport report) {
    if (report.role().isEmpty()) {
      return "-";
    }
    return word(report.weightsAgree()) + ", " + word(report.lossAgrees());
  }

  private static String word(Optional<Boolean> agrees) {
    return agrees.map(yes -> yes ? "yes" : "no").orElse("-");
  }

  private static String two(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
