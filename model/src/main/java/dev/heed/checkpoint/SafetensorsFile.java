package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Obj;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;

/// A [safetensors](https://github.com/huggingface/safetensors) file, mapped.
public final class SafetensorsFile implements TensorFile {
  private final MappedFile file;
  private final MemorySegment segment;
  private final SafetensorsHeader header;

  private SafetensorsFile(MappedFile file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
    this.segment = file.map();
    file.closeChannel();
  }

  /// Checks the header and maps the file.
  public static SafetensorsFile open(Path path) {
    return open(MappedFile.open(path));
  }

  /// Checks the header of a file that was read already.
  ///
  /// @param name how errors call it
  static SafetensorsFile of(Path name, byte[] content) {
    return open(MappedFile.of(name, content));
  }

  private static SafetensorsFile open(MappedFile file) {
    try {
      return new SafetensorsFile(file, SafetensorsHeader.read(file));
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
    return "safetensors";
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public Map<String, StoredTensor> tensors() {
    return Collections.unmodifiableMap(header.tensors());
  }

  /// The free texts of the header, its member `__metadata__`.
  public Obj metadata() {
    return header.metadata();
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
