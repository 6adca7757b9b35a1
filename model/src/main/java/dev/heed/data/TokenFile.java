package dev.heed.data;

import dev.heed.checkpoint.AtomicFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;

/// Token ids in a file that is mapped and not read, so that data may be larger than memory.
///
/// All numbers are little-endian. A header of 64 bytes: the text `heed.tok`, the version 1 (u32),
/// bytes an id (u32: 2 or 4), ids (u64), documents (u64), one more than the largest id (u64),
/// zeros. Then the ids, zeros up to a multiple of 8, and where each document begins (u64).
///
/// A file must not be truncated while it is mapped.
public final class TokenFile implements TokenData, AutoCloseable {
  private static final byte[] MAGIC = {'h', 'e', 'e', 'd', '.', 't', 'o', 'k'};
  private static final int HEADER = 64;
  private static final int VERSION = 1;
  private static final int WRITTEN_AT_ONCE = 1 << 16;
  private static final long HASHED_AT_ONCE = 1 << 20;
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment file;
  private final int idBytes;
  private final long size;
  private final int vocabulary;
  private final Documents documents;

  private TokenFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    try {
      require(file.byteSize() >= HEADER, "has %d bytes, fewer than its header", file.byteSize());
      byte[] magic = file.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE);
      require(Arrays.equals(magic, MAGIC), "does not begin as a token file, with '%s'", "heed.tok");
      int version = file.get(U32, 8);
      require(version == VERSION, "has version %d; 1 can be read", version);
      idBytes = file.get(U32, 12);
      require(idBytes == 2 || idBytes == 4, "has ids of %d bytes; 2 or 4 fit", idBytes);
      size = file.get(U64, 16);
      long count = file.get(U64, 24);
      long ids = file.get(U64, 32);
      require(ids >= 0 && ids <= Integer.MAX_VALUE, "has ids up to %d, beyond 2^31", ids);
      vocabulary = (int) ids;
      long most = file.byteSize() / 2;
      require(size >= 0 && size <= most && count >= 0 && count <= most, "claims %d ids", size);
      long expected = documentsAt(size, idBytes) + count * Long.BYTES;
      require(file.byteSize() == expected, "should have %d bytes", expected);
      documents = documents((int) count);
    } catch (DataException e) {
      arena.close();
      throw e;
    }
  }

  /// Whether a file begins as one of these.
  public static boolean isOne(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (var in = Files.newInputStream(path)) {
      return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
    } catch (IOException e) {
      throw new DataException("data: %s cannot be read: %s".formatted(path, e), e);
    }
  }

  /// Maps a file; [#close] frees the mapping.
  public static TokenFile open(Path path) {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return new TokenFile(path, channel);
    } catch (NoSuchFileException e) {
      throw new DataException("data: %s does not exist; name a token file".formatted(path), e);
    } catch (IOException e) {
      throw new DataException("data: %s cannot be read: %s".formatted(path, e), e);
    }
  }

  /// Writes data to a file, two bytes an id where its vocabulary allows that.
  public static void write(Path path, TokenData data) {
    AtomicFile.write(path, channel -> writeTo(channel, data));
  }

  private static void writeTo(FileChannel channel, TokenData data) throws IOException {
    int vocabulary = data.vocabulary();
    int idBytes = vocabulary <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
    ByteBuffer out = ByteBuffer.allocate(WRITTEN_AT_ONCE * Long.BYTES);
    out.order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).putInt(VERSION).putInt(idBytes);
    out.putLong(data.size()).putLong(data.documents().count()).putLong(vocabulary);
    flush(channel, out.position(HEADER));
    int[] ids = new int[WRITTEN_AT_ONCE];
    for (long at = 0; at < data.size(); at += ids.length) {
      int count = (int) Math.min(ids.length, data.size() - at);
      data.copy(at, ids, 0, count);
      for (int i = 0; i < count; i++) {
        if (idBytes == Short.BYTES) {
          out.putShort((short) ids[i]);
        } else {
          out.putInt(ids[i]);
        }
      }
      flush(channel, out);
    }
    long end = HEADER + data.size() * idBytes;
    flush(channel, out.put(new byte[(int) (documentsAt(data.size(), idBytes) - end)]));
    for (long start : data.documents().starts()) {
      out.putLong(start);
      if (!out.hasRemaining()) {
        flush(channel, out);
      }
    }
    flush(channel, out);
  }

  private static void flush(FileChannel channel, ByteBuffer out) throws IOException {
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    out.clear();
  }

  private static long documentsAt(long size, int idBytes) {
    return (HEADER + size * idBytes + Long.BYTES - 1) / Long.BYTES * Long.BYTES;
  }

  private Documents documents(int count) {
    long[] starts = new long[count];
    for (int i = 0; i < count; i++) {
      starts[i] = file.get(U64, documentsAt(size, idBytes) + (long) i * Long.BYTES);
      require(starts[i] < size, "has a document that begins at %d, beyond its ids", starts[i]);
    }
    return new Documents(starts);
  }

  private void require(boolean fits, String wrong, Object value) {
    if (!fits) {
      String said = wrong.formatted(value);
      throw new DataException("data: %s %s; it is no token file, or was cut".formatted(path, said));
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public Documents documents() {
    return documents;
  }

  @Override
  public void copy(long from, int[] into, int at, int count) {
    Objects.checkFromIndexSize(from, count, size);
    Objects.checkFromIndexSize(at, count, into.length);
    long first = HEADER + from * idBytes;
    for (int i = 0; i < count; i++) {
      int id =
          idBytes == Short.BYTES
              ? Short.toUnsignedInt(file.get(U16, first + 2L * i))
              : file.get(U32, first + 4L * i);
      if (id < 0 || id >= vocabulary) {
        throw new DataException(
            "data: %s has the id %d at %d; its header says ids below %d"
                .formatted(path, id, from + i, vocabulary));
      }
      into[at + i] = id;
    }
  }

  /// SHA-256 over the whole file.
  public String hash() {
    Sha256 sum = new Sha256();
    for (long at = 0; at < file.byteSize(); at += HASHED_AT_ONCE) {
      long count = Math.min(HASHED_AT_ONCE, file.byteSize() - at);
      sum.add(file.asSlice(at, count).asByteBuffer());
    }
    return sum.hex();
  }

  @Override
  public void close() {
    arena.close();
  }
}
