package dev.heed.attention;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The least reader of a safetensors file that the golden calls need: F32 and I32 tensors and one
/// string of metadata.
final class SafeTensors {
  private static final Pattern TENSOR =
      Pattern.compile(
          "\"([^\"]+)\":\\{\"dtype\":\"(F32|I32)\",\"shape\":\\[([0-9,]*)\\],"
              + "\"data_offsets\":\\[(\\d+),(\\d+)\\]\\}");
  private static final Pattern SPEC = Pattern.compile("\"spec\":\"((?:[^\"\\\\]|\\\\.)*)\"");

  private record Entry(String type, int[] shape, int from, int to) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final ByteBuffer data;
  private final String spec;

  private SafeTensors(String header, ByteBuffer data) {
    this.data = data;
    Matcher spec = SPEC.matcher(header);
    this.spec = spec.find() ? spec.group(1).replace("\\\"", "\"") : "";
    Matcher tensor = TENSOR.matcher(header);
    while (tensor.find()) {
      int[] shape = Stream.of(tensor.group(3).split(",")).mapToInt(Integer::parseInt).toArray();
      int from = Integer.parseInt(tensor.group(4));
      int to = Integer.parseInt(tensor.group(5));
      entries.put(tensor.group(1), new Entry(tensor.group(2), shape, from, to));
    }
  }

  static SafeTensors read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    byte[] header = new byte[length];
    bytes.get(header);
    return new SafeTensors(
        new String(header, StandardCharsets.UTF_8), bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  /// The text of `__metadata__.spec`.
  String spec() {
    return spec;
  }

  Set<String> names() {
    return entries.keySet();
  }

  int[] shape(String name) {
    return entries.get(name).shape();
  }

  float[] floats(String name) {
    Entry entry = entries.get(name);
    float[] numbers = new float[(entry.to() - entry.from()) / 4];
    data.slice(entry.from(), 4 * numbers.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(numbers);
    return numbers;
  }

  int[] ints(String name) {
    Entry entry = entries.get(name);
    int[] numbers = new int[(entry.to() - entry.from()) / 4];
    data.slice(entry.from(), 4 * numbers.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(numbers);
    return numbers;
  }
}
