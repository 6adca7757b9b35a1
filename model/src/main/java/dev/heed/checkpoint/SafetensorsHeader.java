package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Obj;
import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The table of a safetensors file: eight bytes of length, that much JSON, then the data without
/// holes.
///
/// @param metadata the member `__metadata__`, texts only
record SafetensorsHeader(Map<String, StoredTensor> tensors, Obj metadata) {
  static final String METADATA = "__metadata__";
  static final int LONGEST = 100_000_000;
  private static final int PREFIX = 8;

  static SafetensorsHeader read(MappedFile file) {
    file.refuseWellKnown();
    if (file.size() < PREFIX) {
      throw new CheckpointException(
          "%s: has %d bytes; a safetensors file begins with 8 bytes of header length"
              .formatted(file.name(), file.size()));
    }
    long length = ByteBuffer.wrap(file.read(0, PREFIX)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length > file.size() && file.read(0, 1)[0] == '{') {
      throw new CheckpointException(
          "%s: begins as JSON; name the folder it is in, or a file of weights"
              .formatted(file.name()));
    }
    if (length > file.size()) {
      file.refuseOthers("a safetensors file");
    }
    if (length < 2 || length > Math.min(LONGEST, file.size() - PREFIX)) {
      throw new CheckpointException(
          "%s: is no safetensors file, or a broken one: header length %s does not fit; it should be 2 to %d"
              .formatted(
                  file.name(),
                  Long.toUnsignedString(length),
                  Math.min(LONGEST, file.size() - PREFIX)));
    }
    byte[] json = file.read(PREFIX, (int) length);
    if (json[0] != '{') {
      throw new CheckpointException(
          "%s: the header should begin with '{', begins with byte %d"
              .formatted(file.name(), json[0]));
    }
    return new Reader(file, PREFIX + length).read(Json.parseObject(file.name(), json));
  }

  /// Reads the members, knowing where the data begin and end.
  private record Reader(MappedFile file, long begin) {
    SafetensorsHeader read(Obj header) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      header
          .members()
          .keySet()
          .forEach(name -> {
            if (!name.equals(METADATA)) {
              tensors.put(name, tensor(name, header.object(name)));
            }
          });
      Obj metadata = header.optionalObject(METADATA).orElse(Json.object());
      metadata.members().keySet().forEach(metadata::string);
      checkLayout(tensors);
      return new SafetensorsHeader(tensors, metadata);
    }

    private StoredTensor tensor(String name, Obj entry) {
      for (String key : entry.members().keySet()) {
        if (!key.equals("dtype") && !key.equals("shape") && !key.equals("data_offsets")) {
          throw new CheckpointException(
              "%s: is unknown; a tensor has dtype, shape and data_offsets"
                  .formatted(entry.place().member(key)));
        }
      }
      SafetensorsType type = SafetensorsType.named(entry.string("dtype"), entry.place());
      long bytes = bytes(entry.list("shape"), type.bits(), entry.place());
      Shape shape = Shape.of(entry.list("shape").integers());
      Arr offsets = entry.list("data_offsets");
      long from = offsets.size() == 2 ? offsets.whole(0) : -1;
      long to = offsets.size() == 2 ? offsets.whole(1) : -1;
      long available = file.size() - begin;
      if (from < 0 || to < from || to > available) {
        throw new CheckpointException(
            "%s: is %s; should be a begin and an end within the %d bytes of data"
                .formatted(offsets.place(), Escape.text(offsets.toString()), available));
      }
      if (to - from != bytes) {
        throw new CheckpointException(
            "%s: %s of %s takes %d bytes, data_offsets give it %d"
                .formatted(entry.place(), type.name(), shape, bytes, to - from));
      }
      return new StoredTensor(name, type.name(), type.dataType(), shape, begin + from, bytes);
    }

    private static long bytes(Arr shape, int bits, Place place) {
      long size = bits;
      boolean empty = false;
      try {
        for (int axis = 0; axis < shape.size(); axis++) {
          int length = shape.integer(axis);
          if (length < 0) {
            throw new CheckpointException(
                "%s: shape %s has a negative axis".formatted(place, Escape.text(shape.toString())));
          }
          empty |= length == 0;
          size = Math.multiplyExact(size, (long) Math.max(length, 1));
        }
      } catch (ArithmeticException e) {
        throw new CheckpointException(
            "%s: shape %s is more than 2^63 bits".formatted(place, Escape.text(shape.toString())),
            e);
      }
      if (!empty && size % Byte.SIZE != 0) {
        throw new CheckpointException("%s: does not end on a whole byte".formatted(place));
      }
      return empty ? 0 : size / Byte.SIZE;
    }

    /// The specification's rule: sorted by offset, each tensor begins where the one before ends,
    /// and the last ends with the file.
    private void checkLayout(Map<String, StoredTensor> tensors) {
      List<StoredTensor> sorted =
          tensors.values().stream()
              .sorted(
                  Comparator.comparingLong(StoredTensor::offset)
                      .thenComparingLong(StoredTensor::end))
              .toList();
      long end = begin;
      String before = "the header";
      for (StoredTensor tensor : sorted) {
        String name = "'" + Escape.text(tensor.name()) + "'";
        if (tensor.offset() != end) {
          throw new CheckpointException(
              "%s: tensor %s begins at byte %d, %s ends at %d; tensors should follow each other %s"
                  .formatted(
                      file.name(),
                      name,
                      tensor.offset(),
                      before,
                      end,
                      tensor.offset() < end ? "without overlap" : "without a hole"));
        }
        end = tensor.end();
        before = name;
      }
      if (end != file.size()) {
        throw new CheckpointException(
            "%s: the data end at byte %d, the file at %d".formatted(file.name(), end, file.size()));
      }
    }
  }

  /// The element types of the specification.
  enum SafetensorsType {
    BOOL(8, DataType.BOOL),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null),
    U8(8, DataType.U8),
    I8(8, DataType.I8),
    F8_E5M2(8, null),
    F8_E4M3(8, null),
    F8_E8M0(8, null),
    I16(16, DataType.I16),
    U16(16, null),
    F16(16, DataType.F16),
    BF16(16, DataType.BF16),
    I32(32, DataType.I32),
    U32(32, null),
    F32(32, DataType.F32),
    C64(64, null),
    F64(64, DataType.F64),
    I64(64, DataType.I64),
    U64(64, null);

    private final int bits;
    private final Optional<DataType> dataType;

    SafetensorsType(int bits, @Nullable DataType dataType) {
      this.bits = bits;
      this.dataType = Optional.ofNullable(dataType);
    }

    int bits() {
      return bits;
    }

    Optional<DataType> dataType() {
      return dataType;
    }

    static SafetensorsType named(String name, Place place) {
      for (SafetensorsType type : values()) {
        if (type.name().equals(name)) {
          return type;
        }
      }
      throw new CheckpointException(
          "%s: dtype '%s' is unknown; it should be one of %s"
              .formatted(place, Escape.text(name), List.of(values())));
    }
  }
}
