package dev.heed.cli;

import dev.heed.lens.HeadReport;
import dev.heed.lens.HeadRole;
import dev.heed.lens.LogitAttribution.Contribution;
import dev.heed.lens.LogitLens.Guess;
import dev.heed.lens.Look;
import dev.heed.lens.Pattern;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// What `heed look` prints: a text as a model reads it, for a terminal.
///
/// @param names how a token is shown, by its id
record LookText(Look look, IntFunction<String> names, PrintWriter out) {
  private static final int HEADS = 8;
  private static final int COLUMN = 8;

  /// Columns before those of the layers.
  private static final int MARGIN = 34;

  void print() {
    printTokens();
    printHeads();
    printNext();
  }

  private void printTokens() {
    List<Integer> layers = layers();
    out.printf(
        Locale.ROOT,
        "%s, %.3f nats a token%n%n",
        Words.count(look.tokens().size(), "token"),
        look.loss());
    out.printf("%" + MARGIN + "s%s%n", "", "what it expected here, after");
    out.printf("%4s %-14s %6s %5s  ", "", "token", "nats", "rank");
    layers.forEach(layer -> out.print(cell(layer == 0 ? "embed" : "L" + (layer - 1))));
    out.println();
    for (int t = 0; t < look.tokens().size(); t++) {
      out.printf("%4d %-14s ", t, cut(look.tokens().get(t), 14));
      if (t > 0) {
        int before = t - 1;
        Guess guess = look.layers().layers().getLast().get(before);
        out.printf(Locale.ROOT, "%6.2f %5d  ", guess.loss(), guess.rank());
        layers.forEach(layer ->
            out.print(cell(names.apply(look.layers().layers().get(layer).get(before).token()))));
      }
      out.println();
    }
  }

  /// The layers that there is room for, evenly apart, the last among them; 0 is the embedding.
  private List<Integer> layers() {
    int all = look.layers().layers().size();
    int room = Math.max(2, (Screen.width() - MARGIN) / (COLUMN + 1));
    int step = Math.ceilDiv(all, room);
    List<Integer> chosen = new ArrayList<>();
    for (int layer = all - 1; layer >= 0; layer -= step) {
      chosen.addFirst(layer);
    }
    return chosen;
  }

  private static String cell(String text) {
    String cut = cut(text, COLUMN);
    return cut + " ".repeat(COLUMN + 1 - cut.codePointCount(0, cut.length()));
  }

  private static String cut(String text, int most) {
    return text.codePointCount(0, text.length()) <= most
        ? text
        : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
  }

  private void printHeads() {
    if (look.heads().isEmpty()) {
      out.printf("%nno head of this model attends: its layers keep states%n");
      return;
    }
    out.printf("%nheads without which most is lost here%n");
    out.printf(
        "  %-7s %-17s %-10s %-6s %s%n",
        "", "nats a token, its", "", "looks", "for the last tokens, most weight on");
    out.printf("  %-7s %8s %8s %-10s %-6s%n", "head", "mean in", "zeros", " role", "back");
    for (int at : look.worthiest(HEADS)) {
      HeadReport head = look.heads().get(at);
      out.printf(
          Locale.ROOT,
          "  %-7s %8s %8s  %-9s %5.1f  %s%n",
          head.name(),
          Words.change(head.loss().textMean(), 3),
          Words.change(head.loss().textZero(), 3),
          head.role().map(HeadRole::text).orElse("-"),
          head.statistics().distance(),
          strongest(look.patterns().get(at)));
    }
  }

  /// The largest weights of a head for the last tokens.
  private String strongest(Pattern pattern) {
    List<String> all = new ArrayList<>();
    // a prefix of learned keys stands before the tokens
    int before = pattern.keys() - pattern.queries();
    for (int q = Math.max(1, pattern.queries() - 3); q < pattern.queries(); q++) {
      int best = 0;
      for (int k = 1; k < pattern.keys(); k++) {
        best = pattern.get(q, k) > pattern.get(q, best) ? k : best;
      }
      String to = best < before ? "before" : look.tokens().get(best - before);
      all.add(
          String.format(
              Locale.ROOT, "%s → %s %.2f", look.tokens().get(q), to, pattern.get(q, best)));
    }
    return String.join("   ", all);
  }

  private void printNext() {
    out.printf("%nnext: ");
    out.println(
        String.join(
            "  ",
            look.next().stream()
                .map(one -> "%s %.0f%%".formatted(one.token(), 100 * one.probability()))
                .toList()));
    out.printf("  what gives %s its logit:  ", look.next().getFirst().token());
    out.println(String.join("  ", look.parts().stream().map(LookText::part).toList()));
    out.print("  by token, gradient times input:  ");
    out.println(
        String.join(
            "  ",
            IntStream.range(0, look.sources().length)
                .boxed()
                .sorted(Comparator.comparingDouble(t -> -Math.abs(look.sources()[t])))
                .limit(HEADS)
                .map(
                    t -> look.tokens().get(t) + "(" + t + ") " + Words.change(look.sources()[t], 2))
                .toList()));
  }

  private static String part(Contribution part) {
    return part.name() + " " + Words.change(part.amount(), 2);
  }
}
