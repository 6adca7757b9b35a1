package dev.heed.cli.prove;

import dev.heed.checkpoint.CheckpointException;
import dev.heed.checkpoint.Escape;
import dev.heed.checkpoint.Json;
import dev.heed.train.Overlay;
import dev.heed.train.TrainingSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A claim about attention, as its JSON file states it.
///
/// @param name of the file
public record Proof(String name, Json.Obj json) {
  private static final List<String> NAMES =
      List.of("recall", "induction", "rollout", "normalizers", "lengths");

  /// A training and what it should come to.
  ///
  /// @param settings over those of the proof
  record Variant(String name, Json.Obj settings, List<Expectation> expectations) {
    private static Variant of(Json.Obj json) {
      return new Variant(
          json.string("name"),
          json.optionalObject("settings").orElse(Json.object()),
          json.list("expect").objects().stream().map(Expectation::of).toList());
    }
  }

  /// All that there are.
  public static List<Proof> all() {
    return NAMES.stream().map(Proof::named).toList();
  }

  public static Proof named(String name) {
    if (!NAMES.contains(name)) {
      throw new CheckpointException(
          "prove: '%s' is not known; %s are"
              .formatted(Escape.text(name), String.join(", ", NAMES)));
    }
    String file = name + ".json";
    try (InputStream in = Proof.class.getResourceAsStream(file)) {
      return new Proof(name, Json.parseObject(file, Objects.requireNonNull(in).readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is claimed, in a sentence.
  public String claim() {
    return json.string("claim");
  }

  /// Whether it learns from a text that somebody has to bring.
  public boolean readsText() {
    return !json.has("task");
  }

  List<Long> seeds() {
    return Arrays.stream(json.list("seeds").integers()).mapToObj(seed -> (long) seed).toList();
  }

  List<Variant> variants() {
    return json.list("variants").objects().stream().map(Variant::of).toList();
  }

  TrainingSettings settings(Variant variant, long seed) {
    Json.Obj all = Overlay.of(json.object("settings"), variant.settings());
    return TrainingSettings.of(all.with("seed", seed));
  }
}
