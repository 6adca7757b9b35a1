package dev.heed.cli;

import dev.heed.attention.Variant;
import dev.heed.attention.Variants;
import dev.heed.attention.mixer.MixerVariants;
import dev.heed.checkpoint.Json;
import dev.heed.layer.LayerVariants;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `heed variants`: every choice on every axis.
@Command(
    name = "variants",
    description = {
      "Lists every choice on every axis of attention: how it is written, what it does, who "
          + "described it."
    })
final class VariantsCommand implements Runnable {
  /// Forms longer than this have a line of their own.
  private static final int WIDEST = 24;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "AXIS",
      description = "Only the choices of an axis, as score or mask (default: all).",
      defaultValue = "")
  private String axis = "";

  @Option(names = "--json", description = "One JSON object a choice, on a line of its own.")
  private boolean json;

  @Override
  public void run() {
    List<Variant> all = new ArrayList<>(Variants.all());
    all.addAll(MixerVariants.all());
    all.addAll(LayerVariants.all());
    Map<String, List<Variant>> axes = new LinkedHashMap<>();
    all.forEach(one -> axes.computeIfAbsent(one.axis(), _ -> new ArrayList<>()).add(one));
    if (!axis.isEmpty()) {
      if (!axes.containsKey(axis)) {
        throw new ParameterException(
            spec.commandLine(),
            "'%s' is no axis; one of %s would fit"
                .formatted(axis, String.join(", ", axes.keySet())));
      }
      axes.keySet().retainAll(List.of(axis));
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      axes.values().forEach(choices -> choices.forEach(one -> out.println(object(one))));
    } else {
      axes.forEach((name, choices) -> print(name, choices, out));
    }
    out.flush();
  }

  /// The choices of an axis below its name, no wider than the screen.
  private void print(String name, List<Variant> choices, PrintWriter out) {
    out.println(name);
    int form = choices.stream().mapToInt(one -> one.form().length()).max().orElseThrow();
    int column = Math.min(form, WIDEST) + 4;
    for (Variant one : choices) {
      List<String> lines = lines(one, width() - column);
      boolean wide = one.form().length() > WIDEST;
      if (wide) {
        out.println("  " + one.form());
      }
      out.println(
          ("  %-" + (column - 2) + "s%s").formatted(wide ? "" : one.form(), lines.getFirst()));
      lines.stream().skip(1).forEach(line -> out.println(" ".repeat(column) + line));
    }
    out.println();
  }

  private static int width() {
    return Math.clamp(Screen.width(), 60, 200);
  }

  /// What a choice does and who described it: on one line where that fits, else below each other.
  private static List<String> lines(Variant one, int width) {
    String whole = one.summary() + "  " + one.paper();
    if (whole.length() <= width) {
      return List.of(whole);
    }
    List<String> lines = new ArrayList<>();
    for (String text : List.of(one.summary(), one.paper())) {
      StringBuilder line = new StringBuilder();
      for (String word : text.split(" ")) {
        if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
          lines.add(line.toString());
          line.setLength(0);
        }
        line.append(line.isEmpty() ? "" : " ").append(word);
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static Json object(Variant one) {
    return Json.object()
        .with("axis", one.axis())
        .with("form", one.form())
        .with("summary", one.summary())
        .with("paper", one.paper());
  }
}
