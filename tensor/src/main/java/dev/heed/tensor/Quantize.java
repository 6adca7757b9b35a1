package dev.heed.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// From floats to a stored format, rounded by the rules of ggml, so that files agree bit by bit.
public final class Quantize {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK = 32;

  private Quantize() {}

  /// A weight of `type` with the numbers of `floats`, in native memory that is freed with the
  /// weight.
  public static Weight weight(String name, DataType type, float[] floats, int... shape) {
    Shape axes = Shape.of(shape);
    if (axes.size() != floats.length) {
      throw new ShapeException(
          "quantize: %d numbers do not fill weight '%s' %s, which takes %d"
              .formatted(floats.length, name, axes, axes.size()));
    }
    MemorySegment segment = Arena.ofAuto().allocate(type.bytes(floats.length), 64);
    into(type, floats, 0, floats.length, segment, 0);
    return Weight.over(name, segment, type, axes);
  }

  /// Writes `count` floats from `from` as `type` into `segment` at byte `at`; `count` is whole
  /// blocks.
  ///
  /// A block shares one 16-bit scale, which cannot stand for infinity or NaN: those are a
  /// [HeedException] in the block formats, as are numbers too large for the scale.
  public static void into(
      DataType type, float[] floats, int from, int count, MemorySegment segment, long at) {
    type.bytes(count);
    switch (type) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          segment.set(INT, at + 4L * i, Float.floatToRawIntBits(floats[from + i]));
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          segment.set(SHORT, at + 2L * i, Float.floatToFloat16(floats[from + i]));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          segment.set(SHORT, at + 2L * i, upperHalf(floats[from + i]));
        }
      }
      case Q8_0 -> {
        for (int block = 0; block < count / BLOCK; block++) {
          q8(floats, from + BLOCK * block, segment, at + 34L * block);
        }
      }
      case Q4_0 -> {
        for (int block = 0; block < count / BLOCK; block++) {
          q4(floats, from + BLOCK * block, segment, at + 18L * block);
        }
      }
      default ->
          throw new HeedException(
              "quantize: %s cannot be written; F32, F16, BF16, Q8_0 and Q4_0 can".formatted(type));
    }
  }

  /// The upper half of a float, rounded to the nearest, ties to even; NaN stays NaN.
  private static short upperHalf(float number) {
    int bits = Float.floatToRawIntBits(number);
    if (Float.isNaN(number)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  private static void q8(float[] floats, int from, MemorySegment segment, long at) {
    float scale = Math.abs(extreme(floats, from)) / 127;
    float inverse = scale == 0 ? 0 : 1 / scale;
    putScale(scale, segment, at);
    for (int i = 0; i < BLOCK; i++) {
      segment.set(JAVA_BYTE, at + 2 + i, (byte) roundAway(floats[from + i] * inverse));
    }
  }

  /// The extreme of a block becomes -8, the one number of four bits without a counterpart.
  private static void q4(float[] floats, int from, MemorySegment segment, long at) {
    float scale = extreme(floats, from) / -8;
    float inverse = scale == 0 ? 0 : 1 / scale;
    putScale(scale, segment, at);
    for (int i = 0; i < BLOCK / 2; i++) {
      int low = nibble(floats[from + i] * inverse);
      int high = nibble(floats[from + BLOCK / 2 + i] * inverse);
      segment.set(JAVA_BYTE, at + 2 + i, (byte) (low | high << 4));
    }
  }

  private static int nibble(float scaled) {
    return Math.min(15, (int) (scaled + 8.5f));
  }

  private static int roundAway(float number) {
    return (int) (number + Math.copySign(0.5f, number));
  }

  /// The number of a block that is farthest from 0, the first of equals.
  private static float extreme(float[] floats, int from) {
    float extreme = 0;
    for (int i = from; i < from + BLOCK; i++) {
      if (!Float.isFinite(floats[i])) {
        throw new HeedException(
            "quantize: number %d is %s; a block format holds finite numbers"
                .formatted(i, floats[i]));
      }
      if (Math.abs(floats[i]) > Math.abs(extreme)) {
        extreme = floats[i];
      }
    }
    return extreme;
  }

  private static void putScale(float scale, MemorySegment segment, long at) {
    short half = Float.floatToFloat16(scale);
    if (Float.isInfinite(Float.float16ToFloat(half))) {
      throw new HeedException(
          "quantize: a block's scale is %s; a 16-bit float reaches 65504".formatted(scale));
    }
    segment.set(SHORT, at, half);
  }
}
