package dev.heed.checkpoint;

import dev.heed.checkpoint.GgufHeader.GgufList;
import dev.heed.checkpoint.GgufHeader.GgufValueType;
import dev.heed.tensor.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads the header of a GGUF file: magic, version, counts, metadata, tensor table.
final class GgufReader {
  private static final int MAGIC = 0x46554747;
  private static final int NEWEST = 3;
  private static final int MOST_AXES = 4;
  private static final int LONGEST_NAME = 65_535;
  private static final int LONGEST_TEXT = 1 << 26;
  private static final int DEEPEST_LIST = 4;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int LARGEST_ALIGNMENT = 1 << 20;

  private static final List<GgufValueType> TYPES = List.of(GgufValueType.values());

  private final MappedFile file;
  private final Cursor in;
  private final Map<String, Json> scalars = new LinkedHashMap<>();
  private final Map<String, GgufList> lists = new LinkedHashMap<>();
  private boolean wide;

  GgufReader(MappedFile file) {
    this.file = file;
    this.in = new Cursor(file);
  }

  GgufHeader read() {
    file.refuseWellKnown();
    int version = version();
    wide = version > 1;
    long tensors = count("the number of tensors");
    long pairs = count("the number of metadata keys");
    in.checkCount(pairs, wide ? 13 : 9, "the list of metadata keys");
    for (long i = 0; i < pairs; i++) {
      pair();
    }
    in.checkCount(tensors, wide ? 24 : 20, "the list of tensors");
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (long i = 0; i < tensors; i++) {
      Entry entry = entry();
      if (entries.put(entry.name(), entry) != null) {
        throw fail("tensor '%s' is listed twice".formatted(Escape.text(entry.name())));
      }
    }
    return new GgufHeader(version, scalars, lists, place(entries));
  }

  private int version() {
    if (file.size() < 8 || in.i32("the magic") != MAGIC) {
      throw fail("does not begin with 'GGUF' and a version");
    }
    int version = in.i32("the version");
    if (Integer.reverseBytes(version) > 0 && Integer.reverseBytes(version) <= NEWEST) {
      throw fail(
          "is big-endian (version %d byte-swapped); only little-endian files can be read"
              .formatted(Integer.reverseBytes(version)));
    }
    if (version < 1 || version > NEWEST) {
      throw fail(
          "has version %s; versions 1 to %d can be read"
              .formatted(Integer.toUnsignedString(version), NEWEST));
    }
    return version;
  }

  private void pair() {
    String key = in.text(count("the length of a key"), LONGEST_NAME, "a key");
    if (scalars.containsKey(key) || lists.containsKey(key)) {
      throw fail("key '%s' stands twice".formatted(Escape.text(key)));
    }
    String what = "the value of '" + Escape.text(key) + "'";
    GgufValueType type = valueType(what);
    switch (type) {
      case ARRAY -> lists.put(key, list(what, 0));
      case STRING -> scalars.put(key, Json.of(in.text(count(what), LONGEST_TEXT, what)));
      default -> scalars.put(key, scalar(type, what));
    }
  }

  private Json scalar(GgufValueType type, String what) {
    return switch (type) {
      case UINT8 -> Json.of(in.u8(what));
      case INT8 -> Json.of((byte) in.u8(what));
      case UINT16 -> Json.of(in.i16(what) & 0xffff);
      case INT16 -> Json.of(in.i16(what));
      case UINT32 -> Json.of(in.u32(what));
      case INT32 -> Json.of(in.i32(what));
      case FLOAT32 -> new Json.Num(Float.toString(Float.intBitsToFloat(in.i32(what))));
      case BOOL -> truth(in.u8(what), what);
      case UINT64 -> new Json.Num(Long.toUnsignedString(in.i64(what)));
      case INT64 -> Json.of(in.i64(what));
      case FLOAT64 -> new Json.Num(Double.toString(Double.longBitsToDouble(in.i64(what))));
      case STRING, ARRAY -> throw new IllegalArgumentException("not a scalar: " + type);
    };
  }

  private Json truth(int value, String what) {
    if (value > 1) {
      throw fail("%s is the truth value %d; it should be 0 or 1".formatted(what, value));
    }
    return Json.of(value == 1);
  }

  /// Walks over a list and remembers where it is.
  private GgufList list(String what, int depth) {
    if (depth >= DEEPEST_LIST) {
      throw fail("%s nests lists deeper than %d".formatted(what, DEEPEST_LIST));
    }
    GgufValueType type = valueType(what);
    long count = count(what);
    long offset = in.position();
    switch (type) {
      case STRING -> {
        in.checkCount(count, wide ? 8 : 4, what);
        for (long i = 0; i < count; i++) {
          in.skip(count(what), what);
        }
      }
      case ARRAY -> {
        in.checkCount(count, wide ? 12 : 8, what);
        for (long i = 0; i < count; i++) {
          list(what, depth + 1);
        }
      }
      default -> {
        in.checkCount(count, type.bytes(), what);
        in.skip(count * type.bytes(), what);
      }
    }
    return new GgufList(type, count, offset, in.position() - offset, wide);
  }

  private GgufValueType valueType(String what) {
    long id = in.u32("the type of " + what);
    if (id >= TYPES.size()) {
      throw fail("%s has the unknown type %d; types are 0 to 12".formatted(what, id));
    }
    return TYPES.get((int) id);
  }

  /// A count or length: 32 bits in version 1, 64 since.
  private long count(String what) {
    return wide ? in.i64(what) : in.u32(what);
  }

  /// A line of the tensor table, its offset not yet checked.
  private record Entry(String name, GgufType type, Shape shape, long bytes, long offset) {}

  private Entry entry() {
    String name = in.text(count("the length of a tensor name"), LONGEST_NAME, "a tensor name");
    String what = "tensor '" + Escape.text(name) + "'";
    long axes = in.u32(what);
    if (axes > MOST_AXES) {
      throw fail("%s has %d axes, at most %d are allowed".formatted(what, axes, MOST_AXES));
    }
    int[] lengths = new int[(int) axes];
    for (int axis = lengths.length - 1; axis >= 0; axis--) {
      long length = count(what);
      if (length < 0 || length > Integer.MAX_VALUE) {
        throw fail(
            "%s has an axis of %s, at most %d is allowed"
                .formatted(what, Long.toUnsignedString(length), Integer.MAX_VALUE));
      }
      lengths[axis] = (int) length;
    }
    long id = in.u32(what);
    GgufType type =
        GgufType.of(id).orElseThrow(() -> fail("%s has the unknown type %d".formatted(what, id)));
    return new Entry(name, type, shape(lengths, what), bytes(lengths, type, what), in.i64(what));
  }

  private Shape shape(int[] lengths, String what) {
    try {
      return Shape.of(lengths);
    } catch (ArithmeticException e) {
      throw fail("%s of %s has more than 2^63 elements".formatted(what, Arrays.toString(lengths)));
    }
  }

  private long bytes(int[] lengths, GgufType type, String what) {
    int row = lengths.length == 0 ? 1 : lengths[lengths.length - 1];
    if (row % type.blockLength() != 0) {
      throw fail(
          "%s has rows of %d, which are not whole blocks of %d as %s needs"
              .formatted(what, row, type.blockLength(), type));
    }
    try {
      long bytes = (long) row / type.blockLength() * type.blockBytes();
      for (int axis = 0; axis < lengths.length - 1; axis++) {
        bytes = Math.multiplyExact(bytes, (long) lengths[axis]);
      }
      return bytes;
    } catch (ArithmeticException e) {
      throw fail("%s of %s has more than 2^63 bytes".formatted(what, Arrays.toString(lengths)));
    }
  }

  private Map<String, StoredTensor> place(Map<String, Entry> entries) {
    int alignment = alignment();
    long begin = (in.position() + alignment - 1) / alignment * alignment;
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Entry entry : entries.values()) {
      String what = "tensor '" + Escape.text(entry.name()) + "'";
      if (entry.offset() % alignment != 0) {
        throw fail(
            "%s begins at offset %s, which is not a multiple of the alignment %d"
                .formatted(what, Long.toUnsignedString(entry.offset()), alignment));
      }
      long available = Math.max(0, file.size() - begin);
      if (entry.offset() < 0 || entry.bytes() > available - entry.offset()) {
        throw fail(
            "%s takes %d bytes from offset %s, but the data have only %d"
                .formatted(what, entry.bytes(), Long.toUnsignedString(entry.offset()), available));
      }
      tensors.put(
          entry.name(),
          new StoredTensor(
              entry.name(),
              entry.type().name(),
              entry.type().dataType(),
              entry.shape(),
              begin + entry.offset(),
              entry.bytes()));
    }
    checkOverlap(tensors);
    return tensors;
  }

  private int alignment() {
    Json value = scalars.get("general.alignment");
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    long alignment = JsonAs.whole(value, Place.of(file.name()).member("general.alignment"));
    if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw fail(
          "general.alignment is %d; it should be a power of two up to %d"
              .formatted(alignment, LARGEST_ALIGNMENT));
    }
    return (int) alignment;
  }

  private void checkOverlap(Map<String, StoredTensor> tensors) {
    List<StoredTensor> sorted =
        tensors.values().stream()
            .filter(tensor -> tensor.bytes() > 0)
            .sorted(Comparator.comparingLong(StoredTensor::offset))
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      StoredTensor before = sorted.get(i - 1);
      if (sorted.get(i).offset() < before.end()) {
        throw fail(
            "tensor '%s' begins at byte %d, inside tensor '%s', which ends at %d"
                .formatted(
                    Escape.text(sorted.get(i).name()),
                    sorted.get(i).offset(),
                    Escape.text(before.name()),
                    before.end()));
      }
    }
  }

  private CheckpointException fail(String message) {
    return new CheckpointException(file.name() + ": " + message);
  }
}
