package dev.heed.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// From a stored format to floats, in plain loops: the definition that every faster reader is
/// compared with.
public final class Dequantize {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Dequantize() {}

  /// Reads `count` numbers of `type` from byte `from` of `segment` into `out` from `at`; `count` is
  /// whole blocks.
  public static void into(
      DataType type, MemorySegment segment, long from, float[] out, int at, int count) {
    switch (type) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.intBitsToFloat(segment.get(INT, from + 4L * i));
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.float16ToFloat(segment.get(SHORT, from + 2L * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.intBitsToFloat(segment.get(SHORT, from + 2L * i) << 16);
        }
      }
      case Q8_0 -> {
        for (int block = 0; block < count / 32; block++) {
          q8(segment, from + 34L * block, out, at + 32 * block);
        }
      }
      case Q4_0 -> {
        for (int block = 0; block < count / 32; block++) {
          q4(segment, from + 18L * block, out, at + 32 * block);
        }
      }
      default ->
          throw new HeedException("dequantize: %s cannot be read as floats yet".formatted(type));
    }
  }

  private static void q8(MemorySegment segment, long from, float[] out, int at) {
    float scale = Float.float16ToFloat(segment.get(SHORT, from));
    for (int i = 0; i < 32; i++) {
      out[at + i] = scale * segment.get(JAVA_BYTE, from + 2 + i);
    }
  }

  private static void q4(MemorySegment segment, long from, float[] out, int at) {
    float scale = Float.float16ToFloat(segment.get(SHORT, from));
    for (int i = 0; i < 16; i++) {
      int pair = segment.get(JAVA_BYTE, from + 2 + i);
      out[at + i] = scale * ((pair & 15) - 8);
      out[at + 16 + i] = scale * ((pair >> 4 & 15) - 8);
    }
  }
}
