package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heed.checkpoint.Json.Obj;
import dev.heed.tensor.Weight;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes weights as a safetensors file, in the types they are stored in; block formats have no
/// place there.
///
/// The file appears whole or not at all ([AtomicFile]). The widest types come first and the data
/// begin at a multiple of 64 bytes, so that every number is aligned when the file is mapped.
public final class SafetensorsWriter {
  private static final int PREFIX = 8;
  private static final int ALIGNMENT = 64;
  private static final int BUFFER = 1 << 20;

  private SafetensorsWriter() {}

  /// Writes `tensors` under the names of the map.
  ///
  /// @param metadata free texts for the header
  public static void write(Path path, Map<String, Weight> tensors, Map<String, String> metadata) {
    List<Map.Entry<String, Weight>> sorted = sorted(tensors);
    byte[] header = header(sorted, metadata);
    AtomicFile.write(
        path,
        channel -> {
          ByteBuffer length = ByteBuffer.allocate(PREFIX).order(ByteOrder.LITTLE_ENDIAN);
          write(channel, length.putLong(header.length).flip());
          write(channel, ByteBuffer.wrap(header));
          for (Map.Entry<String, Weight> tensor : sorted) {
            write(channel, tensor.getValue().segment());
          }
        });
  }

  private static List<Map.Entry<String, Weight>> sorted(Map<String, Weight> tensors) {
    tensors.forEach((name, weight) -> {
      if (weight.type().blockLength() > 1 || name.equals(SafetensorsHeader.METADATA)) {
        throw new CheckpointException(
            "safetensors: '%s' of type %s cannot be written; plain types under any name but %s can"
                .formatted(Escape.text(name), weight.type(), SafetensorsHeader.METADATA));
      }
    });
    Comparator<Map.Entry<String, Weight>> widestFirst =
        Comparator.comparingInt(tensor -> -tensor.getValue().type().blockBytes());
    return tensors.entrySet().stream()
        .sorted(widestFirst.thenComparing(Map.Entry.comparingByKey()))
        .toList();
  }

  private static byte[] header(
      List<Map.Entry<String, Weight>> tensors, Map<String, String> metadata) {
    Map<String, Json> members = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      Map<String, Json> texts = new LinkedHashMap<>();
      metadata.forEach((key, text) -> texts.put(key, Json.of(text)));
      members.put(SafetensorsHeader.METADATA, Json.of(texts));
    }
    long from = 0;
    for (Map.Entry<String, Weight> tensor : tensors) {
      long to = from + tensor.getValue().segment().byteSize();
      members.put(tensor.getKey(), entry(tensor.getValue(), from, to));
      from = to;
    }
    byte[] json = Json.of(members).toString().getBytes(UTF_8);
    int length = (PREFIX + json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - PREFIX;
    if (length > SafetensorsHeader.LONGEST) {
      throw new CheckpointException(
          "safetensors: a header of %d bytes cannot be written; at most %d can"
              .formatted(length, SafetensorsHeader.LONGEST));
    }
    byte[] padded = Arrays.copyOf(json, length);
    Arrays.fill(padded, json.length, length, (byte) ' ');
    return padded;
  }

  private static Obj entry(Weight weight, long from, long to) {
    List<Json.Num> shape =
        Arrays.stream(weight.shape().toArray()).mapToObj(length -> Json.of((long) length)).toList();
    return Json.object()
        .with("dtype", weight.type().name())
        .with("shape", Json.of(shape))
        .with("data_offsets", Json.of(List.of(Json.of(from), Json.of(to))));
  }

  private static void write(FileChannel channel, MemorySegment segment) throws IOException {
    byte[] buffer = new byte[(int) Math.min(BUFFER, segment.byteSize())];
    for (long at = 0; at < segment.byteSize(); at += buffer.length) {
      int count = (int) Math.min(buffer.length, segment.byteSize() - at);
      MemorySegment.copy(segment, at, MemorySegment.ofArray(buffer), 0, count);
      write(channel, ByteBuffer.wrap(buffer, 0, count));
    }
  }

  private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
