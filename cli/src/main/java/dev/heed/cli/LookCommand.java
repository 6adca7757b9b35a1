package dev.heed.cli;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.kernel.Workers;
import dev.heed.lens.HeadReport;
import dev.heed.lens.HeadRole;
import dev.heed.lens.Lens;
import dev.heed.lens.LogitAttribution.Contribution;
import dev.heed.lens.LogitLens.Guess;
import dev.heed.lens.Look;
import dev.heed.lens.Pattern;
import dev.heed.model.LanguageModel;
import dev.heed.serve.StudioPage;
import dev.heed.text.SpecialTokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed look`: a text as a model reads it.
@Command(
    name = "look",
    description = {
      "Shows how a model reads a text: what it foresees after each layer, where its heads look, "
          + "what each is worth here, and what the next token comes from.",
      "With --out it writes the studio's page about this text into one file, which needs no other and no network."
    },
    showDefaultValues = true)
final class LookCommand implements Callable<Integer> {
  private static final int HEADS = 8;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "TEXT",
      arity = "0..1",
      description = "The text; standard input, less one trailing newline, without it.")
  private @Nullable String text;

  @Mixin private ModelOption model;

  @Option(names = "--out", paramLabel = "FILE", description = "Writes a page of HTML.")
  private @Nullable Path file;

  @Mixin private ThreadsOption threads;

  @Override
  public Integer call() throws IOException {
    String read = text == null ? StandardInput.text(System.in) : text;
    PrintWriter out = spec.commandLine().getOut();
    try (LanguageModel opened = model.open();
        Workers workers = threads.workers()) {
      int[] ids = opened.tokenizer().encode(read, SpecialTokens.WITH).ids();
      IntFunction<String> names =
          id -> shown(opened.tokenizer().decode(new int[] {id}, SpecialTokens.WITH));
      Look look = Look.of(Lens.of(opened, workers), ids, names);
      print(look, names, out);
      if (file != null) {
        AtomicFile.write(file, StudioPage.of(model.toString(), read, workers));
        out.printf("%npage: %s%n", file);
      }
      out.flush();
    }
    return ExitCode.DONE;
  }

  /// A token on one line; space and newline have signs.
  private static String shown(String token) {
    StringBuilder out = new StringBuilder();
    token
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case ' ' -> out.append('·');
            case '\n' -> out.append('↵');
            case '\t' -> out.append('⇥');
            default -> out.appendCodePoint(Character.isISOControl(c) ? '�' : c);
          }
        });
    return out.isEmpty() ? "∅" : out.toString();
  }

  private void print(Look look, IntFunction<String> names, PrintWriter out) {
    int last = look.layers().layers().size() - 1;
    out.printf(
        Locale.ROOT,
        "%d tokens, %.3f nats a token%n%n     %-12s %6s %5s   what it expected here, from layer to layer%n",
        look.tokens().size(),
        look.loss(),
        "token",
        "nats",
        "rank");
    for (int t = 0; t < look.tokens().size(); t++) {
      out.printf("%4d %-12s ", t, look.tokens().get(t));
      if (t > 0) {
        Guess guess = look.layers().layers().get(last).get(t - 1);
        out.printf(Locale.ROOT, "%6.2f %5d   ", guess.loss(), guess.rank());
        for (List<Guess> layer : look.layers().layers()) {
          out.printf("%-7s", names.apply(layer.get(t - 1).token()));
        }
      }
      out.println();
    }
    printHeads(look, out);
    printNext(look, out);
  }

  private static void printHeads(Look look, PrintWriter out) {
    out.printf(
        "%nheads without which most is lost here (nats a token, the mean or zeros in their place)%n");
    for (int at : look.worthiest(HEADS)) {
      HeadReport head = look.heads().get(at);
      out.printf(
          Locale.ROOT,
          "  %-6s %+.3f %+.3f  %-10s looks %4.1f back, %s%n",
          head.name(),
          head.loss().textMean(),
          head.loss().textZero(),
          head.role().map(HeadRole::text).orElse("-"),
          head.statistics().distance(),
          strongest(look, look.patterns().get(at)));
    }
  }

  /// The largest weights of a head on other tokens.
  private static String strongest(Look look, Pattern pattern) {
    StringBuilder out = new StringBuilder();
    int from = Math.max(1, pattern.queries() - 3);
    for (int q = from; q < pattern.queries(); q++) {
      int best = 0;
      for (int k = 1; k < pattern.keys(); k++) {
        best = pattern.get(q, k) > pattern.get(q, best) ? k : best;
      }
      out.append(
          String.format(
              Locale.ROOT,
              "%s → %s .%02d   ",
              look.tokens().get(q),
              look.tokens().get(best),
              Math.min(99, Math.round(100 * pattern.get(q, best)))));
    }
    return out.toString().stripTrailing();
  }

  private static void printNext(Look look, PrintWriter out) {
    out.printf("%nnext:");
    for (Look.Next next : look.next()) {
      out.printf(Locale.ROOT, "  %s %.3f", next.token(), next.probability());
    }
    out.printf("%n  for %s, by part:", look.next().getFirst().token());
    for (Contribution part : look.parts()) {
      out.printf(Locale.ROOT, "  %s %+.2f", part.part().replace("blocks.", ""), part.amount());
    }
    out.printf("%n  by token (gradient times input):");
    IntStream.range(0, look.sources().length)
        .boxed()
        .sorted(Comparator.comparingDouble(t -> -Math.abs(look.sources()[t])))
        .limit(HEADS)
        .forEach(t ->
            out.printf(Locale.ROOT, "  %s(%d) %+.2f", look.tokens().get(t), t, look.sources()[t]));
    out.println();
  }
}
