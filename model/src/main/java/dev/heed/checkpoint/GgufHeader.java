package dev.heed.checkpoint;

import java.util.Map;

/// What stands before the data of a GGUF file.
///
/// @param scalars the metadata that are single values
/// @param lists the metadata that are lists, by their place in the file
record GgufHeader(
    int version,
    Map<String, Json> scalars,
    Map<String, GgufList> lists,
    Map<String, StoredTensor> tensors) {
  static GgufHeader read(MappedFile file) {
    return new GgufReader(file).read();
  }

  /// A list of the metadata: `count` values of `type` from byte `offset`, `bytes` in all.
  ///
  /// @param wide whether lengths in it are 64 bits wide, as they are from version 2 on
  record GgufList(GgufValueType type, long count, long offset, long bytes, boolean wide) {}

  /// The types of metadata values, in the order of their numbers.
  enum GgufValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(0),
    ARRAY(0),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int bytes;

    GgufValueType(int bytes) {
      this.bytes = bytes;
    }

    /// Bytes of a value, 0 where they vary.
    int bytes() {
      return bytes;
    }
  }
}
