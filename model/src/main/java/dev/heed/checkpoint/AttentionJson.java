package dev.heed.checkpoint;

import dev.heed.attention.Attention;
import dev.heed.attention.AttentionChoices;
import dev.heed.attention.AttentionException;
import dev.heed.attention.Chance;
import dev.heed.attention.HeadChoice;
import dev.heed.attention.Mask;
import dev.heed.attention.Mixing;
import dev.heed.attention.Modifier;
import dev.heed.attention.Normalizer;
import dev.heed.attention.Score;
import dev.heed.attention.Source;
import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.tensor.HeedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// An [Attention] as a JSON object, each choice in the words of the command line.
///
/// ```json
/// {"score": "dot", "modifiers": ["softcap(50)", "alibi"], "mask": "causal & window(256)",
///  "normalizer": "sink"}
/// ```
///
/// What is absent or `null` is as in [Attention#full]. `scale` is read beside a score that says
/// none itself; `chance` holds the probabilities `weights`, `keys` and `heads`.
public final class AttentionJson {
  private static final List<String> KEYS =
      List.of("score", "scale", "modifiers", "mask", "normalizer", "mixing", "chance");
  private static final List<String> AROUND = List.of("source", "heads");
  private static final List<String> SHARES = List.of("weights", "keys", "heads");

  private AttentionJson() {}

  /// The object that [#read] reads back.
  public static Obj write(Attention attention) {
    Obj json =
        Json.object()
            .with("score", attention.score().text())
            .with(
                "modifiers",
                Json.of(attention.modifiers().stream().map(one -> Json.of(one.text())).toList()))
            .with("mask", attention.mask().toString())
            .with("normalizer", attention.normalizer().text());
    if (!attention.mixings().isEmpty()) {
      json =
          json.with(
              "mixing",
              Json.of(attention.mixings().stream().map(one -> Json.of(one.text())).toList()));
    }
    Chance chance = attention.chance();
    return chance.isNone()
        ? json
        : json.with(
            "chance",
            Json.object()
                .with("weights", chance.weights())
                .with("keys", chance.keys())
                .with("heads", chance.heads()));
  }

  /// The object that [#readChoices] reads back: that of the call, and `source` and `heads` where
  /// there is more than the text itself.
  public static Obj write(AttentionChoices choices) {
    Obj json = write(choices.attention());
    if (!choices.source().equals(Source.self())) {
      json = json.with("source", choices.source().text());
    }
    return choices.heads().isEmpty()
        ? json
        : json.with(
            "heads", Json.of(choices.heads().stream().map(one -> Json.of(one.text())).toList()));
  }

  /// Reads an attention with its source and its heads.
  public static AttentionChoices readChoices(Obj json) {
    Map<String, Json> call = new LinkedHashMap<>(json.members());
    call.keySet().removeAll(AROUND);
    Attention attention = read(new Obj(call, json.place()));
    Source source = choice(json, "source", "self", Source::parse);
    List<HeadChoice> heads = list(json, "heads", HeadChoice::parse);
    try {
      return new AttentionChoices(attention, source, heads);
    } catch (AttentionException e) {
      throw new CheckpointException("%s: %s".formatted(json.place(), e.getMessage()), e);
    }
  }

  private static <T> List<T> list(Obj json, String key, Function<String, T> parse) {
    List<T> all = new ArrayList<>();
    Optional<Arr> texts = json.optionalList(key);
    for (int i = 0; texts.isPresent() && i < texts.get().size(); i++) {
      all.add(choice(texts.get().string(i), texts.get().place().item(i), parse));
    }
    return all;
  }

  /// Reads an attention; an error names the member that is wrong and what would fit.
  public static Attention read(Obj json) {
    checkKeys(json, KEYS);
    Attention attention = Attention.full().withScore(score(json));
    for (Modifier modifier : list(json, "modifiers", Modifier::parse)) {
      attention = attention.withModifier(modifier);
    }
    for (Mixing mixing : list(json, "mixing", Mixing::parse)) {
      attention = attention.withMixing(mixing);
    }
    return attention
        .withMask(choice(json, "mask", "", Mask::parse))
        .withNormalizer(choice(json, "normalizer", "softmax", Normalizer::parse))
        .withChance(chance(json));
  }

  private static Score score(Obj json) {
    Score score = choice(json, "score", "dot", Score::parse);
    if (!json.has("scale")) {
      return score;
    }
    String name = json.string("score", "dot");
    if (name.contains("(")) {
      throw new CheckpointException(
          "%s: the score '%s' says its scale already; one of the two would fit"
              .formatted(json.place().member("scale"), Escape.text(name)));
    }
    String scaled = "%s(%s)".formatted(name, Double.toString(json.number("scale")));
    return choice(scaled, json.place().member("scale"), Score::parse);
  }

  private static Chance chance(Obj json) {
    Optional<Obj> shares = json.optionalObject("chance");
    if (shares.isEmpty()) {
      return Chance.none();
    }
    checkKeys(shares.get(), SHARES);
    try {
      return new Chance(
          shares.get().number("weights", 0),
          shares.get().number("keys", 0),
          shares.get().number("heads", 0));
    } catch (CheckpointException e) {
      throw e;
    } catch (HeedException e) {
      throw new CheckpointException("%s: %s".formatted(shares.get().place(), e.getMessage()), e);
    }
  }

  static void checkKeys(Obj json, List<String> known) {
    for (String key : json.members().keySet()) {
      if (!known.contains(key)) {
        throw new CheckpointException(
            "%s: is unknown; one of %s would fit"
                .formatted(json.place().member(key), String.join(", ", known)));
      }
    }
  }

  private static <T> T choice(Obj json, String key, String fallback, Function<String, T> parse) {
    return choice(json.string(key, fallback), json.place().member(key), parse);
  }

  private static <T> T choice(String text, Place place, Function<String, T> parse) {
    try {
      return parse.apply(text);
    } catch (HeedException e) {
      throw new CheckpointException(
          "%s: %s".formatted(place, e.getMessage().replaceAll("\\p{Cntrl}", "?")), e);
    }
  }
}
