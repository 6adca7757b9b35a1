package dev.heed.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.heed.checkpoint.GgufHeader.GgufList;
import dev.heed.checkpoint.GgufHeader.GgufValueType;
import dev.heed.checkpoint.Json.Obj;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The keys and values of a GGUF file.
///
/// Accessors fail with a [CheckpointException] that names the key, what stands there and what was
/// expected. Lists are decoded from the mapped file at each call and belong to the caller.
public final class GgufMetadata {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String TOKENIZER = "tokenizer.";

  private final Place place;
  private final Obj scalars;
  private final Map<String, GgufList> lists;
  private final MemorySegment segment;

  GgufMetadata(String source, GgufHeader header, MemorySegment segment) {
    this.place = Place.of(source);
    this.scalars = new Obj(header.scalars(), place);
    this.lists = header.lists();
    this.segment = segment;
  }

  /// All keys: first those of single values, then those of lists.
  public Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>(scalars.members().keySet());
    keys.addAll(lists.keySet());
    return keys;
  }

  public boolean has(String key) {
    return scalars.members().containsKey(key) || lists.containsKey(key);
  }

  /// The single values, with accessors of their own.
  public Obj scalars() {
    return scalars;
  }

  public String string(String key) {
    return scalars.string(key);
  }

  public Optional<String> optionalString(String key) {
    return scalars.optionalString(key);
  }

  public int integer(String key) {
    return scalars.integer(key);
  }

  public OptionalInt optionalInteger(String key) {
    return scalars.optionalInteger(key);
  }

  public double number(String key) {
    return scalars.number(key);
  }

  public boolean bool(String key, boolean fallback) {
    return scalars.bool(key, fallback);
  }

  /// The number of values in the list `key`, 0 where there is none.
  public long length(String key) {
    GgufList list = lists.get(key);
    return list == null ? 0 : list.count();
  }

  /// The texts of a list.
  public List<String> strings(String key) {
    GgufList list = list(key, "texts", GgufValueType.STRING);
    List<String> texts = new ArrayList<>(Math.toIntExact(list.count()));
    long at = list.offset();
    for (int i = 0; i < list.count(); i++) {
      long length =
          list.wide() ? segment.get(LONG, at) : Integer.toUnsignedLong(segment.get(INT, at));
      at += list.wide() ? Long.BYTES : Integer.BYTES;
      texts.add(text(at, Math.toIntExact(length), key, i));
      at += length;
    }
    return texts;
  }

  private String text(long from, int length, String key, int index) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, JAVA_BYTE, from, bytes, 0, length);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\ufffd') < 0
        ? text
        : Cursor.utf8(bytes, place.member(key).item(index).toString());
  }

  /// The whole numbers of a list, which must fit 32 bits.
  public int[] integers(String key) {
    GgufList list =
        list(
            key,
            "whole numbers of 32 bits",
            GgufValueType.UINT8,
            GgufValueType.INT8,
            GgufValueType.UINT16,
            GgufValueType.INT16,
            GgufValueType.UINT32,
            GgufValueType.INT32,
            GgufValueType.UINT64,
            GgufValueType.INT64);
    int[] integers = new int[Math.toIntExact(list.count())];
    for (int i = 0; i < integers.length; i++) {
      long value = whole(list, i);
      if (value != (int) value) {
        throw new CheckpointException(
            "%s: is %d, should be a whole number of 32 bits"
                .formatted(place.member(key).item(i), value));
      }
      integers[i] = (int) value;
    }
    return integers;
  }

  private long whole(GgufList list, int index) {
    long at = list.offset() + (long) index * list.type().bytes();
    return switch (list.type()) {
      case UINT8, BOOL -> segment.get(JAVA_BYTE, at) & 0xff;
      case INT8 -> segment.get(JAVA_BYTE, at);
      case UINT16 -> segment.get(SHORT, at) & 0xffff;
      case INT16 -> segment.get(SHORT, at);
      case UINT32 -> Integer.toUnsignedLong(segment.get(INT, at));
      case INT32 -> segment.get(INT, at);
      default -> segment.get(LONG, at);
    };
  }

  /// The decimals of a list.
  public float[] floats(String key) {
    GgufList list = list(key, "decimals", GgufValueType.FLOAT32, GgufValueType.FLOAT64);
    float[] floats = new float[Math.toIntExact(list.count())];
    for (int i = 0; i < floats.length; i++) {
      long at = list.offset() + (long) i * list.type().bytes();
      floats[i] =
          list.type() == GgufValueType.FLOAT32
              ? Float.intBitsToFloat(segment.get(INT, at))
              : (float) Double.longBitsToDouble(segment.get(LONG, at));
    }
    return floats;
  }

  private GgufList list(String key, String wanted, GgufValueType... types) {
    GgufList list = lists.get(key);
    if (list == null) {
      if (scalars.members().containsKey(key)) {
        throw new CheckpointException(
            "%s: is %s, should be a list of %s"
                .formatted(place.member(key), scalars.members().get(key).describe(), wanted));
      }
      throw new CheckpointException(
          "%s: list '%s' is missing; %s".formatted(place, key, Nearest.hint(key, keys())));
    }
    if (!List.of(types).contains(list.type())) {
      throw new CheckpointException(
          "%s: is a list of %s, should be a list of %s"
              .formatted(place.member(key), list.type(), wanted));
    }
    return list;
  }

  /// What describes the model: every value whose key does not begin with `tokenizer.`, lists of
  /// numbers, truth values and texts included.
  public Obj settings() {
    Map<String, Json> settings = new LinkedHashMap<>();
    scalars.members().forEach((key, value) -> settings.put(key, value));
    lists.forEach((key, list) -> {
      if (!key.startsWith(TOKENIZER)) {
        settings.put(key, json(key, list));
      }
    });
    settings.keySet().removeIf(key -> key.startsWith(TOKENIZER));
    return new Obj(settings, place);
  }

  private Json json(String key, GgufList list) {
    List<Json> items = new ArrayList<>();
    switch (list.type()) {
      case STRING -> strings(key).forEach(text -> items.add(Json.of(text)));
      case FLOAT32, FLOAT64 -> {
        for (float number : floats(key)) {
          items.add(new Json.Num(Float.toString(number)));
        }
      }
      case ARRAY ->
          throw new CheckpointException(
              "%s: is a list of lists, which no setting of a model should be"
                  .formatted(place.member(key)));
      default -> {
        for (int i = 0; i < list.count(); i++) {
          long value = whole(list, i);
          items.add(list.type() == GgufValueType.BOOL ? Json.of(value != 0) : Json.of(value));
        }
      }
    }
    return new Json.Arr(items, place.member(key));
  }
}
