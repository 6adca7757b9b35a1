package dev.heed.cli;

import dev.heed.attention.Variant;
import dev.heed.attention.Variants;
import dev.heed.attention.mixer.MixerVariants;
import dev.heed.checkpoint.Json;
import dev.heed.layer.LayerVariants;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `heed variants`: every choice on every axis.
@Command(
    name = "variants",
    description = {
      "Lists every choice on every axis of attention: how it is written, what it does, who "
          + "described it."
    })
final class VariantsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--axis",
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
    List<Variant> shown =
        all.stream().filter(one -> axis.isEmpty() || one.axis().equals(axis)).toList();
    if (shown.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--axis: '%s' is unknown; one of %s would fit"
              .formatted(
                  axis,
                  all.stream().map(Variant::axis).distinct().collect(Collectors.joining(", "))));
    }
    PrintWriter out = spec.commandLine().getOut();
    String format = json ? "" : format(shown);
    for (Variant one : shown) {
      out.println(
          json
              ? object(one)
              : format.formatted(one.axis(), one.form(), one.summary(), one.paper()));
    }
    out.flush();
  }

  /// Columns as wide as what stands in them.
  private static String format(List<Variant> shown) {
    int axis = shown.stream().mapToInt(one -> one.axis().length()).max().orElseThrow();
    int form = shown.stream().mapToInt(one -> one.form().length()).max().orElseThrow();
    int summary = shown.stream().mapToInt(one -> one.summary().length()).max().orElseThrow();
    return "%%-%ds  %%-%ds  %%-%ds  %%s".formatted(axis, form, summary);
  }

  private static Json object(Variant one) {
    return Json.object()
        .with("axis", one.axis())
        .with("form", one.form())
        .with("summary", one.summary())
        .with("paper", one.paper());
  }
}
