package dev.heed.checkpoint;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Shape;
import java.util.Optional;

/// A tensor as the table of a file lists it.
///
/// @param type the format as the file calls it
/// @param dataType the same for a format that Heed knows how to hold
/// @param shape outermost axis first, whatever the order in the file
/// @param offset its first byte, from the start of the file
/// @param bytes its length in the file
public record StoredTensor(
    String name, String type, Optional<DataType> dataType, Shape shape, long offset, long bytes) {
  long end() {
    return offset + bytes;
  }
}
