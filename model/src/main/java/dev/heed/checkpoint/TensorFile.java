package dev.heed.checkpoint;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;

/// A mapped file of named tensors. Opening one reads its table and checks it whole: after that
/// every tensor lies inside the file, and no two overlap.
public sealed interface TensorFile extends AutoCloseable permits SafetensorsFile, GgufFile {
  Path path();

  /// `safetensors`, or `GGUF v3`.
  String format();

  /// The bytes of the file.
  long size();

  /// The table, by name, in the order of the file.
  Map<String, StoredTensor> tensors();

  /// The mapping of the whole file.
  MemorySegment segment();

  /// Frees the mapping; weights of this file must not be read afterwards.
  @Override
  void close();

  /// A tensor in place, without a copy.
  default Weight weight(String name) {
    StoredTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new CheckpointException(
          "%s: there is no tensor '%s'; %s"
              .formatted(path(), Escape.text(name), Nearest.hint(name, tensors().keySet())));
    }
    DataType type =
        tensor
            .dataType()
            .orElseThrow(() ->
                new CheckpointException(
                    "%s: tensor '%s' is stored as %s, which cannot be read yet"
                        .formatted(path(), Escape.text(name), tensor.type())));
    return Weight.over(
        name, segment().asSlice(tensor.offset(), tensor.bytes()), type, tensor.shape());
  }
}
