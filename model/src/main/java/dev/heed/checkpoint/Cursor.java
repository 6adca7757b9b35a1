package dev.heed.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Reads a file from front to back, little-endian, and never beyond its end: every length is
/// checked against the bytes that remain before anything is allocated.
final class Cursor {
  private static final int BUFFER = 1 << 16;

  private final MappedFile file;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bufferStart;

  Cursor(MappedFile file) {
    this.file = file;
  }

  long position() {
    return bufferStart + buffer.position();
  }

  long remaining() {
    return file.size() - position();
  }

  int u8(String what) {
    return Byte.toUnsignedInt(need(1, what).get());
  }

  int i16(String what) {
    return need(2, what).getShort();
  }

  int i32(String what) {
    return need(4, what).getInt();
  }

  long u32(String what) {
    return Integer.toUnsignedLong(i32(what));
  }

  long i64(String what) {
    return need(8, what).getLong();
  }

  /// Text of `length` bytes, at most `most`, which must be UTF-8.
  String text(long length, int most, String what) {
    checkRemaining(length, what);
    if (length > most) {
      throw new CheckpointException(
          "%s: %s at byte %d has %d bytes, at most %d are allowed"
              .formatted(file.name(), what, position(), length, most));
    }
    byte[] bytes = new byte[(int) length];
    long from = position();
    for (int at = 0; at < bytes.length; ) {
      int count = Math.min(bytes.length - at, BUFFER);
      need(count, what).get(bytes, at, count);
      at += count;
    }
    return utf8(bytes, "%s: %s at byte %d".formatted(file.name(), what, from));
  }

  static String utf8(byte[] bytes, String what) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(in);
      return text.toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          "%s is not UTF-8 from its byte %d on".formatted(what, in.position()), e);
    }
  }

  void skip(long count, String what) {
    checkRemaining(count, what);
    if (count <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) count);
    } else {
      bufferStart = position() + count;
      buffer.position(0).limit(0);
    }
  }

  /// Fails unless `count` things of at least `bytes` bytes each can still follow.
  void checkCount(long count, long bytes, String what) {
    if (count < 0 || count > remaining() / bytes) {
      throw new CheckpointException(
          "%s: %s at byte %d would have %s entries, but only %d bytes remain"
              .formatted(file.name(), what, position(), Long.toUnsignedString(count), remaining()));
    }
  }

  private void checkRemaining(long count, String what) {
    if (count < 0 || count > remaining()) {
      throw new CheckpointException(
          "%s: %s at byte %d takes %s bytes, but only %d remain"
              .formatted(file.name(), what, position(), Long.toUnsignedString(count), remaining()));
    }
  }

  private ByteBuffer need(int count, String what) {
    if (buffer.remaining() < count) {
      checkRemaining(count, what);
      long at = position();
      buffer.clear().limit((int) Math.min(BUFFER, file.size() - at));
      file.read(at, buffer);
      buffer.flip();
      bufferStart = at;
    }
    return buffer;
  }
}
