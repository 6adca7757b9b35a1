package dev.heed.report;

import dev.heed.checkpoint.AtomicFile;
import dev.heed.checkpoint.Json;
import dev.heed.report.Chart.Curve;
import dev.heed.report.Chart.Size;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The report of a training, `report.html` in its folder, made from `log.jsonl`, `run.json`,
/// `provenance.json`, `samples.jsonl` and `scores.jsonl`, of which only the first must be there.
///
/// The page is one file that asks nobody for anything: its charts are SVG, its script and style
/// stand in it, and its own policy forbids the browser to fetch.
public final class TrainingReport {
  /// Its name in the folder.
  public static final String NAME = "report.html";

  /// The file of looks at the heads: `step`, and from 0 to 1 `accuracy`, and the weight of the best
  /// head on the token before, `previous token`, and on what followed it earlier, `prefix
  /// matching`.
  public static final String SCORES = "scores.jsonl";

  private static final int MOST_POINTS = 1200;
  private static final int SAMPLES = 12;
  private static final int REFRESH_SECONDS = 30;
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private final Path folder;
  private final TrainingLog log;
  private final Json.Obj run;
  private final Json.Obj provenance;

  /// Whether the training goes on; the page of one that does loads itself anew.
  public enum State {
    RUNNING,
    ENDED
  }

  private TrainingReport(Path folder) {
    this.folder = folder;
    log = TrainingLog.read(folder.resolve("log.jsonl"));
    run = object("run.json").orElse(Json.object());
    provenance = object("provenance.json").orElse(Json.object());
  }

  /// Writes the report of a folder.
  ///
  /// @return its file
  public static Path write(Path folder, State state) {
    if (!Files.isDirectory(folder)) {
      throw new HeedException(
          "report: %s is no folder; the folder of a training fits".formatted(folder));
    }
    Path file = folder.resolve(NAME);
    AtomicFile.write(file, new TrainingReport(folder).page(state).getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private Optional<Json.Obj> object(String name) {
    Path file = folder.resolve(name);
    try {
      return Files.exists(file)
          ? Optional.of(Json.parseObject(file.toString(), Files.readAllBytes(file)))
          : Optional.empty();
    } catch (IOException e) {
      throw new HeedException("report: %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private String page(State state) {
    String name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    String refresh =
        state == State.RUNNING
            ? "<meta http-equiv=\"refresh\" content=\"%d\">".formatted(REFRESH_SECONDS)
            : "";
    Map<String, String> parts =
        Map.of(
            "refresh", refresh,
            "style", resource("report.css"),
            "script", resource("report.js"),
            "state", state.name().toLowerCase(Locale.ROOT),
            "progress", Html.escape(progress(state)),
            "tiles", new Tiles(log, run).html(),
            "charts", charts(),
            "samples", samples(),
            "settings", tables(),
            "name", Html.escape(name));
    return PLACE
        .matcher(resource("report.html"))
        .replaceAll(found -> Matcher.quoteReplacement(parts.getOrDefault(found.group(1), "")));
  }

  private String progress(State state) {
    Series steps = log.series("loss");
    long done = steps.isEmpty() ? 0 : (long) steps.x()[steps.size() - 1];
    String of = Tiles.steps(run).map(all -> " of " + all).orElse("");
    String how = state == State.RUNNING ? "running" : "ended";
    return "%s, step %d%s".formatted(how, done, of);
  }

  private String charts() {
    Series loss = log.series("loss");
    Chart main =
        new Chart(
            "Loss",
            "nats a token, logarithmic",
            Size.LARGE,
            Axis.Kind.LOGARITHMIC,
            List.of(
                new Curve("each step", "raw", loss.thinned(MOST_POINTS)),
                new Curve("training", "train", loss.smoothed(loss.reach()).thinned(MOST_POINTS)),
                new Curve("validation", "validation", log.series("validationLoss"))));
    Optional<Chart> heads = scores();
    List<Chart> small = new ArrayList<>();
    Curve rate = new Curve("rate", "train", log.series("lr").thinned(MOST_POINTS));
    small.add(new Chart("Learning rate", "by step", Size.SMALL, Axis.Kind.LINEAR, List.of(rate)));
    small.add(
        small("Gradient norm", "before clipping, logarithmic", "gradNorm", Axis.Kind.LOGARITHMIC));
    small.add(small("Speed", "tokens a second", "tokensPerSecond", Axis.Kind.LINEAR));
    small.add(small("Memory", "bytes of the heap in use", "bytes", Axis.Kind.LINEAR));
    StringBuilder out = new StringBuilder();
    out.append(main.isEmpty() ? "<p class=\"none\">No step was logged yet.</p>" : main.html());
    heads.ifPresent(chart -> out.append(chart.html()));
    out.append("<div class=\"grid2\">");
    small.stream().filter(chart -> !chart.isEmpty()).forEach(chart -> out.append(chart.html()));
    return out.append("</div>").toString();
  }

  private Optional<Chart> scores() {
    Path file = folder.resolve(SCORES);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    TrainingLog looks = TrainingLog.read(file);
    Chart chart =
        new Chart(
            "Heads",
            "accuracy, and the weight of the best head where its role looks",
            Size.LARGE,
            Axis.Kind.LINEAR,
            List.of(
                new Curve("accuracy", "raw", looks.series("accuracy")),
                new Curve("previous token", "train", looks.series("previous token")),
                new Curve("prefix matching", "validation", looks.series("prefix matching"))));
    return chart.isEmpty() ? Optional.empty() : Optional.of(chart);
  }

  private Chart small(String title, String unit, String key, Axis.Kind kind) {
    Series series = log.series(key);
    Curve smooth =
        new Curve("smoothed", "train", series.smoothed(series.reach()).thinned(MOST_POINTS));
    Curve each = new Curve("each step", "raw", series.thinned(MOST_POINTS));
    return new Chart(title, unit, Size.SMALL, kind, List.of(each, smooth));
  }

  private String samples() {
    Path file = folder.resolve(Samples.NAME);
    if (!Files.exists(file)) {
      return "";
    }
    List<Json.Obj> all = TrainingLog.read(file).lines();
    StringBuilder out = new StringBuilder("<h2>Samples</h2>");
    for (int i = all.size() - 1; i >= Math.max(0, all.size() - SAMPLES); i--) {
      Json.Obj sample = all.get(i);
      out.append(i == all.size() - 1 ? "<details open>" : "<details>");
      out.append("<summary>step ").append(sample.whole("step")).append("</summary><pre><b>");
      out.append(Html.escape(sample.string("prompt", ""))).append("</b>");
      out.append(Html.escape(sample.string("text"))).append("</pre></details>");
    }
    return out.toString();
  }

  private String tables() {
    StringBuilder out = new StringBuilder();
    table("Settings", run.optionalObject("settings").orElse(Json.object()), out);
    table("Data", run.optionalObject("data").orElse(Json.object()), out);
    Json.Obj rest =
        new Json.Obj(
            provenance.members().entrySet().stream()
                .filter(member -> !List.of("settings", "data").contains(member.getKey()))
                .collect(
                    LinkedHashMap::new,
                    (map, member) -> map.put(member.getKey(), member.getValue()),
                    Map::putAll),
            provenance.place());
    table("Provenance", rest, out);
    return out.toString();
  }

  private static void table(String title, Json.Obj object, StringBuilder out) {
    if (object.members().isEmpty()) {
      return;
    }
    out.append("<section><h2>").append(title).append("</h2><table>");
    rows("", object, out);
    out.append("</table></section>");
  }

  private static void rows(String prefix, Json.Obj object, StringBuilder out) {
    object
        .members()
        .forEach((key, value) -> {
          String name = prefix.isEmpty() ? key : prefix + "." + key;
          switch (value) {
            case Json.Obj inner -> rows(name, inner, out);
            case Json.Str(String text) -> row(name, text, out);
            default -> row(name, value.toString(), out);
          }
        });
  }

  private static void row(String name, String value, StringBuilder out) {
    out.append("<tr><th>").append(Html.escape(name)).append("</th><td>");
    out.append(Html.escape(value)).append("</td></tr>");
  }

  private static String resource(String name) {
    try (InputStream in = TrainingReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new HeedException("report: the resource %s is missing in this build".formatted(name));
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new HeedException("report: the resource %s cannot be read".formatted(name), e);
    }
  }
}
