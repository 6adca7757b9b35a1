package dev.heed.cli;

import dev.heed.checkpoint.Json;
import dev.heed.train.Presets;
import dev.heed.train.TrainingSettings;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// What options of a training are where nobody states them, preset by preset.
final class PresetTable {
  /// The settings that an option stands for.
  private static final Map<String, List<String>> SETTINGS = new LinkedHashMap<>();

  static {
    SETTINGS.put("--steps", List.of("steps"));
    SETTINGS.put("--epochs", List.of("reading.epochs"));
    SETTINGS.put("--batch", List.of("batch"));
    SETTINGS.put("--context", List.of("context"));
    SETTINGS.put("--accumulate", List.of("accumulate"));
    SETTINGS.put("--lr", List.of("optimizer.rate"));
    SETTINGS.put("--dropout", List.of("dropout.embedding", "dropout.residual", "dropout.weights"));
    SETTINGS.put("--entropy", List.of("penalty.entropy"));
    SETTINGS.put("--coverage", List.of("penalty.coverage"));
    SETTINGS.put("--tokenizer", List.of("tokenizer"));
    SETTINGS.put("--seed", List.of("seed"));
  }

  private PresetTable() {}

  /// Lines of text.
  static String text() {
    List<String> names = Presets.names();
    StringBuilder out = new StringBuilder();
    out.append(
        "%nWithout --preset it is %s. What is not stated is as the preset has it:%n%n"
            .formatted(names.getFirst()));
    out.append("%-13s".formatted(""));
    names.forEach(name -> out.append("%-12s".formatted(name)));
    List<Json.Obj> presets =
        names.stream().map(name -> TrainingSettings.of(Presets.named(name)).json()).toList();
    SETTINGS.forEach((option, paths) -> {
      out.append("%n%-13s".formatted(option));
      presets.forEach(preset -> out.append("%-12s".formatted(values(preset, paths))));
    });
    return out.toString().replaceAll(" +(\\R|$)", "$1") + System.lineSeparator();
  }

  /// The value of these settings, or all where they are not alike.
  private static String values(Json.Obj preset, List<String> paths) {
    List<String> values = paths.stream().map(path -> value(preset, path)).toList();
    return values.stream().distinct().count() == 1
        ? values.getFirst()
        : values.stream().collect(Collectors.joining("/"));
  }

  private static String value(Json.Obj settings, String path) {
    int dot = path.indexOf('.');
    if (dot >= 0) {
      return settings
          .optionalObject(path.substring(0, dot))
          .map(inner -> value(inner, path.substring(dot + 1)))
          .orElse("0");
    }
    return switch (settings.get(path).orElseThrow()) {
      case Json.Num number ->
          BigDecimal.valueOf(number.asDouble()).stripTrailingZeros().toPlainString();
      case Json.Str(String text) -> text;
      default -> throw new IllegalArgumentException("no value: " + path);
    };
  }
}
