package dev.heed.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/// Bytes of checkpoints, made by hand.
final class Checkpoints {
  private Checkpoints() {}

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      return Files.write(folder.resolve(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] resource(String name) {
    try (var in = Checkpoints.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A safetensors file with this header and so many bytes of data, 1, 2, 3, ...
  static byte[] safetensors(String header, int data) {
    byte[] json = header.getBytes(UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    for (int i = 1; i <= data; i++) {
      bytes.put((byte) i);
    }
    return bytes.array();
  }

  /// Writes GGUF, field by field; lengths and counts are 32 bits wide in version 1.
  static final class Gguf {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean wide;

    Gguf(int version, long tensors, long pairs) {
      wide = version > 1;
      text4("GGUF");
      int32(version).count(tensors).count(pairs);
    }

    private void text4(String text) {
      out.writeBytes(text.getBytes(UTF_8));
    }

    Gguf int8(int value) {
      out.write(value);
      return this;
    }

    Gguf int32(int value) {
      out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Gguf int64(long value) {
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    Gguf count(long value) {
      return wide ? int64(value) : int32((int) value);
    }

    Gguf text(String text) {
      byte[] bytes = text.getBytes(UTF_8);
      count(bytes.length);
      out.writeBytes(bytes);
      return this;
    }

    /// A key and the number of its type, 4 for UINT32, 8 for STRING, 9 for ARRAY.
    Gguf key(String key, int type) {
      return text(key).int32(type);
    }

    /// A line of the table, innermost axis first as in the file.
    Gguf tensor(String name, int type, long offset, long... axes) {
      text(name).int32(axes.length);
      for (long axis : axes) {
        count(axis);
      }
      return int32(type).int64(offset);
    }

    Gguf pad(int alignment) {
      while (out.size() % alignment != 0) {
        out.write(0);
      }
      return this;
    }

    Gguf data(int bytes) {
      for (int i = 1; i <= bytes; i++) {
        out.write(i);
      }
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }
  }
}
