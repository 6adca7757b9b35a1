package dev.heed.text;

import dev.heed.checkpoint.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// One component of a `tokenizer.json`: an object whose `type` says what it is.
///
/// @param kind how errors call it: `normalizer`
record Component(String kind, Json.Obj json) {
  /// The component at a key, if the file has one that is not `null`.
  static Optional<Component> at(Json.Obj parent, String kind) {
    return parent.optionalObject(kind).map(json -> new Component(kind, json));
  }

  String type() {
    return json.string("type");
  }

  /// The components of a list within this one.
  List<Component> each(String key) {
    List<Component> steps = new ArrayList<>();
    json.list(key).objects().forEach(item -> steps.add(new Component(kind, item)));
    return steps;
  }

  /// Fails on keys that are not known: what they ask for would be left undone.
  Component knows(String... keys) {
    Set<String> known = Set.of(keys);
    for (String key : json.members().keySet()) {
      if (!key.equals("type") && !known.contains(key)) {
        throw new TokenizerException(
            "%s: %s has the unknown key '%s'; known are %s"
                .formatted(
                    json.place(), kind, Text.quote(key), String.join(", ", new TreeSet<>(known))));
      }
    }
    return this;
  }

  /// The error for a type that is not known.
  TokenizerException unknownType(String... known) {
    return new TokenizerException(
        "%s: %s of the unknown type '%s'; known are %s"
            .formatted(json.place(), kind, Text.quote(type()), String.join(", ", known)));
  }

  TokenizerException wrong(String key, String expected) {
    Json value = json.get(key).orElse(new Json.Null());
    return new TokenizerException(
        "%s: %s has '%s' %s; %s would fit"
            .formatted(json.place(), kind, key, value.describe(), expected));
  }

  /// The pattern at a key: a literal text or a regular expression.
  Matches pattern(String key) {
    Json.Obj pattern = json.object(key);
    Optional<String> literal = pattern.optionalString("String");
    Optional<String> regex = pattern.optionalString("Regex");
    if (literal.isPresent() == regex.isPresent()) {
      throw wrong(key, "an object with either 'String' or 'Regex'");
    }
    return literal.isPresent() ? Matches.literal(literal.get()) : RegexMatches.of(regex.get());
  }

  /// The single code point at a key.
  int codePoint(String key) {
    String text = json.string(key);
    if (text.isEmpty() || text.codePointCount(0, text.length()) != 1) {
      throw wrong(key, "one character");
    }
    return text.codePointAt(0);
  }

  /// The value at a key as one of an enum's, written in CamelCase, snake_case or lower case.
  <E extends Enum<E>> E choice(String key, Class<E> type) {
    String wanted = json.string(key).replace("_", "");
    for (E value : type.getEnumConstants()) {
      if (value.name().replace("_", "").equalsIgnoreCase(wanted)) {
        return value;
      }
    }
    List<String> names = new ArrayList<>();
    for (E value : type.getEnumConstants()) {
      names.add(value.name().toLowerCase(Locale.ROOT));
    }
    throw wrong(key, "one of " + String.join(", ", names));
  }
}
