package dev.heed.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/// A [GGUF](https://github.com/ggml-org/ggml/blob/master/docs/gguf.md) file of version 1, 2 or 3,
/// mapped.
public final class GgufFile implements TensorFile {
  private final MappedFile file;
  private final MemorySegment segment;
  private final GgufHeader header;
  private final GgufMetadata metadata;

  private GgufFile(MappedFile file, GgufHeader header) {
    this.file = file;
    this.header = header;
    this.segment = file.map();
    this.metadata = new GgufMetadata(file.name(), header, segment);
    file.closeChannel();
  }

  /// Checks the header and maps the file.
  public static GgufFile open(Path path) {
    MappedFile file = MappedFile.open(path);
    try {
      return new GgufFile(file, GgufHeader.read(file));
    } catch (CheckpointException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public String format() {
    return "GGUF v" + header.version();
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  /// The keys and values of the file; long lists are read from the mapping, so they end with it.
  public GgufMetadata metadata() {
    return metadata;
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void close() {
    file.close();
  }
}
