package dev.heed.report;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.tensor.HeedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// The steps of a training as its `log.jsonl` tells them.
///
/// @param lines one object a step, in their order
public record TrainingLog(List<Json.Obj> lines) {
  /// Reads a log; the last line of a training that was killed may be cut and is then left out.
  public static TrainingLog read(Path file) {
    List<Json.Obj> lines = new ArrayList<>();
    List<byte[]> texts = split(bytes(file));
    for (int i = 0; i < texts.size(); i++) {
      try {
        lines.add(Json.parseObject("%s, line %d".formatted(file, i + 1), texts.get(i)));
      } catch (CheckpointException e) {
        if (i < texts.size() - 1) {
          throw e;
        }
      }
    }
    return new TrainingLog(lines);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new HeedException(
          "report: %s does not exist; the folder of a training has one".formatted(file), e);
    } catch (IOException e) {
      throw new HeedException("report: %s cannot be read: %s".formatted(file, e), e);
    }
  }

  private static List<byte[]> split(byte[] bytes) {
    List<byte[]> lines = new ArrayList<>();
    String all = new String(bytes, StandardCharsets.UTF_8);
    all.lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
    return lines;
  }

  /// The values of a key against the steps; lines without it, or where it is no finite number, are
  /// left out.
  public Series series(String key) {
    List<double[]> points = new ArrayList<>();
    for (Json.Obj line : lines) {
      OptionalDouble value = line.optionalNumber(key);
      if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
        points.add(new double[] {line.number("step"), value.getAsDouble()});
      }
    }
    return Series.of(points);
  }
}
