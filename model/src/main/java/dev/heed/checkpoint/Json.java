package dev.heed.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// A JSON value as it stands in a file, or as it will be written.
///
/// Reading is strict: bad UTF-8, duplicate keys, nesting beyond 64 levels, lone surrogates and
/// trailing text are errors. Python's `NaN`, `Infinity` and `-Infinity` are read as numbers.
/// `toString` of any value is compact JSON on one line.
public sealed interface Json {
  /// Reads one JSON value.
  ///
  /// @param source how errors call the text, usually the name of the file
  static Json parse(String source, byte[] utf8) {
    return JsonReader.read(source, utf8);
  }

  /// Reads one JSON object.
  ///
  /// @param source how errors call the text, usually the name of the file
  static Obj parseObject(String source, byte[] utf8) {
    Place place = Place.of(source);
    return JsonAs.object(parse(source, utf8), place);
  }

  static Str of(String value) {
    return new Str(value);
  }

  static Num of(long value) {
    return new Num(Long.toString(value));
  }

  /// A number; it must be finite, for JSON has no other.
  static Num of(double value) {
    if (!Double.isFinite(value)) {
      throw new CheckpointException(
          "json: %s cannot be written; a finite number can".formatted(value));
    }
    return new Num(Double.toString(value));
  }

  static Bool of(boolean value) {
    return new Bool(value);
  }

  static Arr of(List<? extends Json> items) {
    return new Arr(List.copyOf(items), Place.of("json"));
  }

  static Obj of(Map<String, ? extends Json> members) {
    return new Obj(new LinkedHashMap<>(members), Place.of("json"));
  }

  /// The empty object, to be filled by [Obj#with].
  static Obj object() {
    return new Obj(Map.of(), Place.of("json"));
  }

  /// What a value is, in words for an error: `the text "yes"`.
  default String describe() {
    return switch (this) {
      case Obj obj -> obj.members().isEmpty() ? "an empty object" : "an object";
      case Arr arr -> "a list of " + arr.items().size();
      case Str str -> "the text \"" + Escape.text(str.value()) + "\"";
      case Num num -> "the number " + Escape.text(num.text());
      case Bool bool -> "the truth value " + bool.value();
      case Null _ -> "null";
    };
  }

  /// Members in the order of the file. An accessor fails with a [CheckpointException] that names
  /// the place, what stands there and what was expected; the `optional` ones and those with a
  /// fallback take `null` in the file for absence.
  ///
  /// @param place where the object stands
  record Obj(Map<String, Json> members, Place place) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(members);
    }

    /// The same members, of a text that errors call otherwise.
    public Obj called(String source) {
      return parseObject(source, toString().getBytes(StandardCharsets.UTF_8));
    }

    /// The value as it stands, `null` values included.
    public Optional<Json> get(String key) {
      return Optional.ofNullable(members.get(key));
    }

    /// Whether there is a value that is not `null`.
    public boolean has(String key) {
      return present(key).isPresent();
    }

    public String string(String key) {
      return JsonAs.string(required(key), place.member(key));
    }

    public String string(String key, String fallback) {
      return optionalString(key).orElse(fallback);
    }

    public Optional<String> optionalString(String key) {
      return present(key).map(value -> JsonAs.string(value, place.member(key)));
    }

    public int integer(String key) {
      return JsonAs.integer(required(key), place.member(key));
    }

    public int integer(String key, int fallback) {
      return optionalInteger(key).orElse(fallback);
    }

    public OptionalInt optionalInteger(String key) {
      return present(key)
          .map(value -> OptionalInt.of(JsonAs.integer(value, place.member(key))))
          .orElse(OptionalInt.empty());
    }

    /// A whole number of 64 bits.
    public long whole(String key) {
      return JsonAs.whole(required(key), place.member(key));
    }

    public double number(String key) {
      return JsonAs.number(required(key), place.member(key));
    }

    public double number(String key, double fallback) {
      return optionalNumber(key).orElse(fallback);
    }

    public OptionalDouble optionalNumber(String key) {
      return present(key)
          .map(value -> OptionalDouble.of(JsonAs.number(value, place.member(key))))
          .orElse(OptionalDouble.empty());
    }

    public boolean bool(String key) {
      return JsonAs.bool(required(key), place.member(key));
    }

    public boolean bool(String key, boolean fallback) {
      return present(key).map(value -> JsonAs.bool(value, place.member(key))).orElse(fallback);
    }

    public Arr list(String key) {
      return JsonAs.list(required(key), place.member(key));
    }

    public Optional<Arr> optionalList(String key) {
      return present(key).map(value -> JsonAs.list(value, place.member(key)));
    }

    public Obj object(String key) {
      return JsonAs.object(required(key), place.member(key));
    }

    public Optional<Obj> optionalObject(String key) {
      return present(key).map(value -> JsonAs.object(value, place.member(key)));
    }

    /// This object with one more member at its end, or one replaced.
    public Obj with(String key, Json value) {
      Map<String, Json> more = new LinkedHashMap<>(members);
      more.put(key, value);
      return new Obj(more, place);
    }

    public Obj with(String key, String value) {
      return with(key, Json.of(value));
    }

    public Obj with(String key, long value) {
      return with(key, Json.of(value));
    }

    public Obj with(String key, double value) {
      return with(key, Json.of(value));
    }

    public Obj with(String key, boolean value) {
      return with(key, Json.of(value));
    }

    private Json required(String key) {
      Json value = members.get(key);
      if (value == null) {
        throw new CheckpointException(
            "%s: '%s' is missing; %s".formatted(place, key, Nearest.hint(key, members.keySet())));
      }
      return value;
    }

    private Optional<Json> present(String key) {
      return get(key).filter(value -> !(value instanceof Null));
    }

    /// Compares the members, not the place.
    @Override
    public boolean equals(Object other) {
      return other instanceof Obj obj && members.equals(obj.members);
    }

    @Override
    public int hashCode() {
      return members.hashCode();
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /// A list; its accessors fail as those of [Obj] do.
  ///
  /// @param place where the list stands
  record Arr(List<Json> items, Place place) implements Json {
    public Arr {
      items = Collections.unmodifiableList(items);
    }

    public int size() {
      return items.size();
    }

    public String string(int index) {
      return JsonAs.string(items.get(index), place.item(index));
    }

    public int integer(int index) {
      return JsonAs.integer(items.get(index), place.item(index));
    }

    public long whole(int index) {
      return JsonAs.whole(items.get(index), place.item(index));
    }

    public double number(int index) {
      return JsonAs.number(items.get(index), place.item(index));
    }

    public Arr list(int index) {
      return JsonAs.list(items.get(index), place.item(index));
    }

    public Obj object(int index) {
      return JsonAs.object(items.get(index), place.item(index));
    }

    /// All items, which must be texts.
    public List<String> strings() {
      return IntStream.range(0, size()).mapToObj(this::string).toList();
    }

    /// All items, which must be objects.
    public List<Obj> objects() {
      return IntStream.range(0, size()).mapToObj(this::object).toList();
    }

    /// All items, which must be whole numbers of 32 bits.
    public int[] integers() {
      return IntStream.range(0, size()).map(this::integer).toArray();
    }

    /// All items, which must be numbers.
    public double[] numbers() {
      return IntStream.range(0, size()).mapToDouble(this::number).toArray();
    }

    /// Compares the items, not the place.
    @Override
    public boolean equals(Object other) {
      return other instanceof Arr arr && items.equals(arr.items);
    }

    @Override
    public int hashCode() {
      return items.hashCode();
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  record Str(String value) implements Json {
    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  /// A number as it was written, so that 64-bit integers and decimals are both exact.
  record Num(String text) implements Json {
    public double asDouble() {
      return Double.parseDouble(text);
    }

    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  record Bool(boolean value) implements Json {
    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }

  record Null() implements Json {
    @Override
    public String toString() {
      return JsonWriter.write(this);
    }
  }
}
