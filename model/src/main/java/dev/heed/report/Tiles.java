package dev.heed.report;

import dev.heed.checkpoint.Json;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The figures at the head of a report.
record Tiles(TrainingLog log, Json.Obj run) {
  /// How many steps were planned, where the settings say it.
  static Optional<Long> steps(Json.Obj run) {
    return run.optionalObject("settings").flatMap(Tiles::planned);
  }

  private static Optional<Long> planned(Json.Obj settings) {
    if (settings.has("steps")) {
      return Optional.of(settings.whole("steps"));
    }
    return settings.members().values().stream()
        .filter(Json.Obj.class::isInstance)
        .map(Json.Obj.class::cast)
        .flatMap(inner -> planned(inner).stream())
        .findFirst();
  }

  String html() {
    StringBuilder out = new StringBuilder();
    Series loss = log.series("loss");
    Series validation = log.series("validationLoss");
    if (!loss.isEmpty()) {
      tile(
          "training loss",
          number(loss.smoothed(loss.reach()).last()),
          "nats a token, smoothed",
          out);
    }
    if (!validation.isEmpty()) {
      int best = validation.lowest();
      String where =
          "at step %d; the last is %s"
              .formatted((long) validation.x()[best], number(validation.last()));
      tile("best validation loss", number(validation.y()[best]), where, out);
      tile("perplexity", number(Math.exp(validation.y()[best])), "of the best validation", out);
    }
    Series speed = log.series("tokensPerSecond");
    if (!speed.isEmpty()) {
      double[] sorted = speed.y().clone();
      Arrays.sort(sorted);
      String median = String.format(Locale.ROOT, "%,.0f", sorted[sorted.length / 2]);
      tile("speed", median, "tokens a second, median", out);
    }
    Series seconds = log.series("seconds");
    if (!seconds.isEmpty()) {
      tile("time", duration(seconds.last()), "of training", out);
    }
    return out.toString();
  }

  private static void tile(String name, String value, String note, StringBuilder out) {
    out.append("<div class=\"tile\"><span>").append(Html.escape(name)).append("</span><b>");
    out.append(Html.escape(value)).append("</b><small>");
    out.append(Html.escape(note)).append("</small></div>");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    return whole < 3600
        ? "%d min %02d s".formatted(whole / 60, whole % 60)
        : "%d h %02d min".formatted(whole / 3600, whole / 60 % 60);
  }
}
