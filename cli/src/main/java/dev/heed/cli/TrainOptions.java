package dev.heed.cli;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Json;
import dev.heed.train.Overlay;
import dev.heed.train.Presets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/// The settings of a training: a preset, a file over it, options over both.
final class TrainOptions {
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      showDefaultValue = Visibility.NEVER,
      description =
          "Settings to begin with: cpu-config (the default), baby-gpt, embedded or gpt2-small.")
  private @Nullable String preset;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      showDefaultValue = Visibility.NEVER,
      description = "Settings in JSON, over those of the preset; 'heed train --show' prints all.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      showDefaultValue = Visibility.NEVER,
      description =
          "Any setting by its path, over all others: --set optimizer.decay=0.05. May be given several times.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of the whole training; with --resume more of them lengthen it.")
  private @Nullable Integer steps;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Reads all of the data so many times, instead of random crops for --steps.")
  private @Nullable Integer epochs;

  @Option(
      names = "--from",
      paramLabel = "FOLDER",
      description = "A model in the layout of Hugging Face to begin with, and its tokenizer.")
  private @Nullable String from;

  @Option(names = "--batch", paramLabel = "N", description = "Rows of text in one pass.")
  private @Nullable Integer batch;

  @Option(names = "--context", paramLabel = "N", description = "Tokens in a row.")
  private @Nullable Integer context;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description = "Passes whose gradients make one step.")
  private @Nullable Integer accumulate;

  @Option(names = "--lr", paramLabel = "R", description = "The highest learning rate.")
  private @Nullable Double rate;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description =
          "Share of the embeddings, of what is added to the residual stream and of the weights of attention that is dropped.")
  private @Nullable Double dropout;

  @Option(
      names = "--entropy",
      paramLabel = "W",
      description =
          "Adds W times the mean entropy of attention, nats, to the loss: above 0 heads look more sharply, below 0 more widely.")
  private @Nullable Double entropy;

  @Option(
      names = "--coverage",
      paramLabel = "W",
      description =
          "Adds W times the mean of (1 - c)^2 to the loss, where c is what a key gets from all queries: above 0 no key is left out.")
  private @Nullable Double coverage;

  @Option(
      names = "--tokenizer",
      paramLabel = "T",
      description =
          "'characters', 'bytes:N' for byte pairs with a vocabulary of N, or a tokenizer's file or folder.")
  private @Nullable String tokenizer;

  @Option(names = "--seed", paramLabel = "S", description = "The same seed gives the same weights.")
  private @Nullable Long seed;

  /// Whether any setting is stated.
  private boolean isEmpty() {
    return preset == null && config == null && options().members().isEmpty();
  }

  /// What is stated: everything for a new training, only what differs for one that goes on.
  Json.Obj stated(boolean goesOn) {
    if (goesOn && isEmpty()) {
      return Json.object();
    }
    Json.Obj all =
        preset == null && goesOn
            ? Json.object()
            : Presets.named(preset == null ? Presets.names().getFirst() : preset);
    if (config != null) {
      all = Overlay.of(all, file(config));
    }
    return Overlay.of(all, options()).called(source());
  }

  /// How errors call the settings.
  private String source() {
    if (config == null) {
      return "settings";
    }
    return options().members().isEmpty() ? config.toString() : config + " and options";
  }

  private Json.Obj options() {
    Json.Obj all = Json.object();
    all = with(all, "steps", steps);
    all = with(all, "reading.epochs", epochs);
    all = with(all, "batch", batch);
    all = with(all, "context", context);
    all = with(all, "accumulate", accumulate);
    all = with(all, "seed", seed);
    all = with(all, "optimizer.rate", rate);
    all = with(all, "penalty.entropy", entropy);
    all = with(all, "penalty.coverage", coverage);
    for (String place : new String[] {"embedding", "residual", "weights"}) {
      all = with(all, "dropout." + place, dropout);
    }
    if (from != null) {
      all = all.with("from", from);
    }
    if (tokenizer != null) {
      all = all.with("tokenizer", tokenizer);
    }
    for (Map.Entry<String, String> one : set.entrySet()) {
      all = Overlay.of(all, Overlay.at(one.getKey(), value(one.getValue())));
    }
    return all;
  }

  private static Json.Obj with(Json.Obj all, String path, @Nullable Number value) {
    return switch (value) {
      case null -> all;
      case Double number -> Overlay.of(all, Overlay.at(path, Json.of((double) number)));
      default -> Overlay.of(all, Overlay.at(path, Json.of(value.longValue())));
    };
  }

  /// A value as JSON, or as a text where it is none.
  private static Json value(String text) {
    try {
      return Json.parse("--set", text.getBytes(StandardCharsets.UTF_8));
    } catch (CheckpointException e) {
      return Json.of(text);
    }
  }

  private static Json.Obj file(Path path) {
    try {
      return Json.parseObject(path.toString(), Files.readAllBytes(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
