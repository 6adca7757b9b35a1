package dev.heed.serve;

import dev.heed.checkpoint.Json;
import dev.heed.report.Series;
import dev.heed.report.TrainingLog;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The folder of a training, which may go on meanwhile.
record Trainings(Path folder) {
  private static final int POINTS = 400;
  private static final Pattern STEP = Pattern.compile("step-(\\d{8,})");
  private static final String LOG = "log.jsonl";
  private static final String SCORES = "scores.jsonl";
  private static final String MODEL = "model.safetensors";

  static Trainings of(String folder) {
    try {
      Path path = Path.of(folder).toAbsolutePath().normalize();
      if (!Files.exists(path.resolve(LOG))) {
        throw new RefusedException(
            400, "studio: %s has no %s; the folder of a training has one".formatted(path, LOG));
      }
      return new Trainings(path);
    } catch (InvalidPathException e) {
      throw new RefusedException(400, "studio: '%s' is not the path of a folder".formatted(folder));
    }
  }

  /// Losses and, where there are any, scores of heads; and the checkpoints.
  Json.Obj json() {
    List<Json> series = new ArrayList<>();
    TrainingLog log = TrainingLog.read(folder.resolve(LOG));
    Series losses = log.series("loss");
    add(series, "training", "loss", losses.smoothed(losses.reach()));
    add(series, "validation", "loss", log.series("validationLoss"));
    Path scores = folder.resolve(SCORES);
    if (Files.exists(scores)) {
      TrainingLog rising = TrainingLog.read(scores);
      names(rising).forEach(name -> add(series, name, "score", rising.series(name)));
    }
    long last = log.lines().isEmpty() ? 0 : log.lines().getLast().whole("step");
    Json.Obj answer =
        Json.object()
            .with("folder", folder.toString())
            .with("series", Json.of(series))
            .with("checkpoints", Json.of(checkpoints(last)));
    return Files.exists(folder.resolve(MODEL)) ? answer.with("model", folder.toString()) : answer;
  }

  private static Set<String> names(TrainingLog log) {
    Set<String> names = new TreeSet<>();
    for (Json.Obj line : log.lines()) {
      line.members()
          .forEach((name, value) -> {
            if (value instanceof Json.Num && !name.equals("step")) {
              names.add(name);
            }
          });
    }
    return names;
  }

  private static void add(List<Json> all, String name, String kind, Series series) {
    if (series.isEmpty()) {
      return;
    }
    Series thin = series.thinned(POINTS);
    List<Json> points =
        IntStream.range(0, thin.size())
            .<Json>mapToObj(i -> Json.of(List.of(Json.of(thin.x()[i]), Json.of(thin.y()[i]))))
            .toList();
    all.add(Json.object().with("name", name).with("kind", kind).with("points", Json.of(points)));
  }

  /// Those up to a step: later ones are of another training, which had this folder before.
  private List<Json> checkpoints(long last) {
    Path all = folder.resolve("checkpoints");
    if (!Files.isDirectory(all)) {
      return List.of();
    }
    List<Json> found = new ArrayList<>();
    try (Stream<Path> children = Files.list(all)) {
      for (Path child : children.sorted().toList()) {
        Matcher step = STEP.matcher(String.valueOf(child.getFileName()));
        if (step.matches() && Long.parseLong(step.group(1)) <= last) {
          found.add(
              Json.object()
                  .with("step", Long.parseLong(step.group(1)))
                  .with("model", child.toString()));
        }
      }
    } catch (IOException e) {
      throw new HeedException("studio: %s cannot be listed: %s".formatted(all, e), e);
    }
    return found;
  }
}
