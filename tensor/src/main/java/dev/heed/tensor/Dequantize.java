package dev.heed.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// From a stored format to floats, in plain loops: the definition that every faster reader is
/// compared with.
///
/// A block holds a scale `d` in F16 and small whole numbers `q`; a number is `d q`, or `d q + m`
/// where the block also holds a minimum. The formats whose names end in `_K` are in [SuperBlocks].
public final class Dequantize {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int HALF = 16;

  private Dequantize() {}

  /// Reads one block of numbers into `out` from `at`.
  @FunctionalInterface
  interface Block {
    void read(MemorySegment segment, long from, float[] out, int at);
  }

  /// Reads `count` numbers of `type` from byte `from` of `segment` into `out` from `at`; `count` is
  /// whole blocks. Whole numbers and F64 are rounded to the nearest float.
  public static void into(
      DataType type, MemorySegment segment, long from, float[] out, int at, int count) {
    if (count % type.blockLength() != 0) {
      throw new ShapeException(
          "dequantize: %d numbers are not whole blocks of %d, as %s needs"
              .formatted(count, type.blockLength(), type));
    }
    switch (type) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.intBitsToFloat(segment.get(INT, from + 4L * i));
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = half(segment, from + 2L * i);
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = Float.intBitsToFloat(segment.get(SHORT, from + 2L * i) << 16);
        }
      }
      default -> {
        Block block = block(type);
        for (int i = 0; i < count / type.blockLength(); i++) {
          block.read(
              segment, from + (long) i * type.blockBytes(), out, at + i * type.blockLength());
        }
      }
    }
  }

  private static Block block(DataType type) {
    return switch (type) {
      case F64 ->
          (s, from, out, at) -> out[at] = (float) Double.longBitsToDouble(s.get(LONG, from));
      case I64 -> (s, from, out, at) -> out[at] = s.get(LONG, from);
      case I32 -> (s, from, out, at) -> out[at] = s.get(INT, from);
      case I16 -> (s, from, out, at) -> out[at] = s.get(SHORT, from);
      case I8 -> (s, from, out, at) -> out[at] = s.get(JAVA_BYTE, from);
      case U8 -> (s, from, out, at) -> out[at] = unsigned(s, from);
      case BOOL -> (s, from, out, at) -> out[at] = s.get(JAVA_BYTE, from) == 0 ? 0 : 1;
      case Q4_0 -> Dequantize::q4;
      case Q4_1 -> Dequantize::q4WithMinimum;
      case Q5_0 -> Dequantize::q5;
      case Q5_1 -> Dequantize::q5WithMinimum;
      case Q8_0 -> Dequantize::q8;
      case Q2_K -> SuperBlocks::q2;
      case Q3_K -> SuperBlocks::q3;
      case Q4_K -> SuperBlocks::q4;
      case Q5_K -> SuperBlocks::q5;
      case Q6_K -> SuperBlocks::q6;
      case F32, F16, BF16 -> throw new IllegalArgumentException("not in blocks: " + type);
    };
  }

  static float half(MemorySegment segment, long from) {
    return Float.float16ToFloat(segment.get(SHORT, from));
  }

  static int unsigned(MemorySegment segment, long from) {
    return segment.get(JAVA_BYTE, from) & 0xff;
  }

  private static void q8(MemorySegment segment, long from, float[] out, int at) {
    float scale = half(segment, from);
    for (int i = 0; i < 2 * HALF; i++) {
      out[at + i] = scale * segment.get(JAVA_BYTE, from + 2 + i);
    }
  }

  private static void q4(MemorySegment segment, long from, float[] out, int at) {
    float scale = half(segment, from);
    for (int i = 0; i < HALF; i++) {
      int pair = unsigned(segment, from + 2 + i);
      out[at + i] = scale * ((pair & 15) - 8);
      out[at + HALF + i] = scale * ((pair >> 4) - 8);
    }
  }

  private static void q4WithMinimum(MemorySegment segment, long from, float[] out, int at) {
    float scale = half(segment, from);
    float minimum = half(segment, from + 2);
    for (int i = 0; i < HALF; i++) {
      int pair = unsigned(segment, from + 4 + i);
      out[at + i] = scale * (pair & 15) + minimum;
      out[at + HALF + i] = scale * (pair >> 4) + minimum;
    }
  }

  /// The fifth bits of the 32 numbers stand in one word of their own.
  private static void q5(MemorySegment segment, long from, float[] out, int at) {
    float scale = half(segment, from);
    int fifth = segment.get(INT, from + 2);
    for (int i = 0; i < HALF; i++) {
      int pair = unsigned(segment, from + 6 + i);
      out[at + i] = scale * ((pair & 15 | (fifth >>> i & 1) << 4) - 16);
      out[at + HALF + i] = scale * ((pair >> 4 | (fifth >>> HALF + i & 1) << 4) - 16);
    }
  }

  private static void q5WithMinimum(MemorySegment segment, long from, float[] out, int at) {
    float scale = half(segment, from);
    float minimum = half(segment, from + 2);
    int fifth = segment.get(INT, from + 4);
    for (int i = 0; i < HALF; i++) {
      int pair = unsigned(segment, from + 8 + i);
      out[at + i] = scale * (pair & 15 | (fifth >>> i & 1) << 4) + minimum;
      out[at + HALF + i] = scale * (pair >> 4 | (fifth >>> HALF + i & 1) << 4) + minimum;
    }
  }
}
