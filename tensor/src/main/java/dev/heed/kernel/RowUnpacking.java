package dev.heed.kernel;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Dequantize;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Rows of one stored format as floats: on lanes where there is a reader for the format and the
/// memory is native, by the definition elsewhere and for what does not fill the lanes.
record RowUnpacking(DataType type, Optional<VectorStoredRows> reader) {
  /// `out[i] = row[i]` for `i < count`.
  ///
  /// @param at the byte where the first number, or its block, begins
  /// @param count a multiple of the format's block
  void unpack(MemorySegment rows, long at, int count, float[] out, int outAt) {
    int bound = 0;
    if (reader.isPresent() && rows.isNative()) {
      bound = VectorStoredRows.bound(count);
      reader.get().unpack(rows, at, bound, out, outAt);
    }
    if (bound < count) {
      long from = at + type.bytes(bound);
      Dequantize.into(type, rows, from, out, outAt + bound, count - bound);
    }
  }
}
