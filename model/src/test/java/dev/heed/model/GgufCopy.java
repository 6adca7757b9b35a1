package dev.heed.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heed.tensor.DataType;
import dev.heed.tensor.Quantize;
import dev.heed.tensor.Weight;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes a GGUF file, version 3.
final class GgufCopy {
  private static final int ALIGNMENT = 32;
  private static final Map<DataType, Integer> CODES =
      Map.of(
          DataType.F32, 0, DataType.F16, 1, DataType.Q4_0, 2, DataType.Q8_0, 8, DataType.BF16, 30);

  private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
  private final ByteArrayOutputStream table = new ByteArrayOutputStream();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private final List<String> names = new ArrayList<>();
  private int count;

  GgufCopy with(String key, String value) {
    pair(key, 8);
    text(pairs, value);
    return this;
  }

  GgufCopy with(String key, int value) {
    pair(key, 4);
    pairs.writeBytes(little(4).putInt(value).array());
    return this;
  }

  GgufCopy with(String key, double value) {
    pair(key, 6);
    pairs.writeBytes(little(4).putFloat((float) value).array());
    return this;
  }

  /// Adds a tensor, its axes given outermost first.
  GgufCopy add(String name, DataType type, float[] numbers, int... axes) {
    Weight weight = Quantize.weight(name, type, numbers, axes);
    names.add(name);
    text(table, name);
    table.writeBytes(little(4).putInt(axes.length).array());
    for (int axis = axes.length - 1; axis >= 0; axis--) {
      table.writeBytes(little(8).putLong(axes[axis]).array());
    }
    table.writeBytes(little(4).putInt(CODES.get(type)).array());
    table.writeBytes(little(8).putLong(data.size()).array());
    data.writeBytes(weight.segment().toArray(ValueLayout.JAVA_BYTE));
    pad(data, data.size());
    return this;
  }

  Path write(Path file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes("GGUF".getBytes(UTF_8));
    out.writeBytes(little(20).putInt(3).putLong(names.size()).putLong(count).array());
    out.writeBytes(pairs.toByteArray());
    out.writeBytes(table.toByteArray());
    pad(out, out.size());
    out.writeBytes(data.toByteArray());
    return Files.write(file, out.toByteArray());
  }

  private void pair(String key, int type) {
    count++;
    text(pairs, key);
    pairs.writeBytes(little(4).putInt(type).array());
  }

  private static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    out.writeBytes(little(8).putLong(bytes.length).array());
    out.writeBytes(bytes);
  }

  private static void pad(ByteArrayOutputStream out, int size) {
    out.writeBytes(new byte[Math.floorMod(-size, ALIGNMENT)]);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
